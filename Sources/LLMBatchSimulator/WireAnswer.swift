import Foundation

/// The model's answer to a request, for services that answer with the bodies of chat completions.
enum WireAnswer {
    /// A response body for the endpoint.
    case body(status: Int, json: String)
    /// An error instead of an answer.
    case error(status: Int, code: String?, message: String, type: String)
    /// Bytes exactly as the script gives them.
    case raw(Data)
    /// No answer.
    case none

    init(_ answer: SimulatedAnswer, to request: SimulatedRequest) {
        switch answer {
        case .success: self = .body(status: 200, json: DefaultBody.text(for: request))
        case .text(let text): self = .body(status: 200, json: DefaultBody.text(for: request, saying: text))
        case .reply(let reply): self = .body(status: 200, json: DefaultBody.text(for: request, replying: reply))
        case .httpError(let status, let code, let message, let type):
            self = .error(status: status, code: code, message: message, type: type)
        case .body(let status, let json): self = .body(status: status, json: String(decoding: json, as: UTF8.self))
        case .raw(let bytes), .rawError(let bytes): self = .raw(bytes)
        case .expired:
            self = .error(status: 408, code: "batch_expired", message: "not done in time", type: "timeout")
        case .silent: self = .none
        }
    }
}

/// The results of a job that has ended.
struct EndedJob {
    var results: [Data] = []
    var succeeded = 0
    var failed = 0
}
