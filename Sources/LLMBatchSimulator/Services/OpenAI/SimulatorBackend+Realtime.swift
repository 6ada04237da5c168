import Foundation

/// The realtime endpoints.
extension SimulatorBackend {
    /// Sends a realtime call to the model; nil when the script gives no answer.
    func realtime(_ call: IncomingCall) throws(APIError) -> WireReply? {
        let body = try call.jsonObject()
        guard body["model"] is String else {
            throw APIError(message: "you must provide a model parameter", param: "model")
        }
        guard body["stream"] as? Bool != true else {
            throw APIError(message: "This simulator does not stream.", param: "stream")
        }
        let marker = call.headers["x-client-request-id"] ?? ""
        let customID = marker.removingPercentEncoding ?? marker
        let request = SimulatedRequest(
            customID: customID, endpoint: call.path, askedBefore: ledger.askedCount(customID), batchID: nil,
            lineIndex: nil, source: call.body)
        let answer = script.answer(request)
        ledger.recordAsks([LedgerAsk(customID: customID, endpoint: call.path, batchID: nil)])
        return reply(answer, to: request)
    }

    private func reply(_ answer: SimulatedAnswer, to request: SimulatedRequest) -> WireReply? {
        switch answer {
        case .success: WireReply(body: Data(DefaultBody.text(for: request).utf8))
        case .text(let text): WireReply(body: Data(DefaultBody.text(for: request, saying: text).utf8))
        case .reply(let good): WireReply(body: Data(DefaultBody.text(for: request, replying: good).utf8))
        case .httpError(let status, let code, let message, let type):
            WireReply(APIError(status: status, message: message, type: type, code: code).json, status: status)
        case .body(let status, let json): WireReply(status: status, body: json)
        case .raw(let bytes): WireReply(body: bytes)
        case .rawError(let bytes): WireReply(status: 500, body: bytes)
        case .expired:
            WireReply(APIError(status: 408, message: "Request timed out.", code: "request_timeout").json, status: 408)
        case .silent: nil
        }
    }
}
