import Foundation
import LLMBatchCore

/// Plain values to store, where a case needs no special ones.
enum Fixture {
    static let settings = ProviderSettings(name: "openai", keySource: "env:OPENAI_API_KEY")
    static let digest: [UInt8] = Array(0..<32)

    /// A time this many seconds after a fixed one; exact to the millisecond for every multiple of 1/8.
    static func date(_ seconds: Double = 0) -> Date { Date(timeIntervalSince1970: 1_800_000_000 + seconds) }

    /// A time later than any in the cases or on the clock.
    static let endOfTime = Date(timeIntervalSince1970: 4_000_000_000)

    static func id(_ position: Int) -> CustomID { CustomID("r\(position)") }

    static func ids(_ positions: some Sequence<Int>) -> [CustomID] { positions.map(id) }

    static func batch(
        _ id: BatchID = .random(), name: String? = nil, endpoint: Endpoint = .chatCompletions,
        metadata: [String: String] = [:], provider: ProviderSettings = settings, definition: String? = nil,
        createdAt: Date = date()
    ) -> NewBatch {
        NewBatch(
            id: id, name: name, endpoint: endpoint, metadata: metadata, provider: provider, definition: definition,
            createdAt: createdAt)
    }

    static func request(
        _ position: Int, id: CustomID? = nil, model: String? = nil, endpoint: Endpoint = .chatCompletions,
        line: [UInt8]? = nil
    ) -> NewRequest {
        let id = id ?? Self.id(position)
        let line = line ?? Array("{\"custom_id\":\"\(id)\",\"body\":{\"n\":\(position)}}".utf8)
        return NewRequest(
            position: position, sourceLine: position + 1,
            request: BatchRequest(customID: id, endpoint: endpoint, model: model, line: line))
    }

    static func requests(_ range: Range<Int>) -> [NewRequest] { range.map { request($0) } }

    static func attempt(_ number: Int, parent: Int? = nil, outcomes: Set<Outcome>? = nil) -> Attempt {
        Attempt(
            number: number, parent: parent, outcomes: outcomes, provider: settings, account: nil,
            createdAt: date(Double(number)))
    }

    /// A provider's line for a request: a success in its output file, anything else in its error file.
    static func result(
        _ position: Int, _ outcome: Outcome = .succeeded, id: CustomID? = nil, text: String = "",
        native: String? = nil, sourceLine: Int? = nil
    ) -> IncomingResult {
        let id = id ?? Self.id(position)
        let succeeded = outcome == .succeeded
        return IncomingResult(
            customID: id, outcome: outcome, statusCode: succeeded ? 200 : 400,
            error: succeeded ? nil : ResultError(code: "bad", message: "the provider says no"),
            usage: TokenUsage(input: 10 + position, output: succeeded ? 20 : nil),
            line: Array("{\"custom_id\":\"\(id)\",\"text\":\"\(text)\"}".utf8),
            nativeLine: native.map { Array($0.utf8) },
            source: ResultSource(file: succeeded ? "output" : "error", line: sourceLine ?? position + 1))
    }

    static func owner(_ runner: String) -> ClaimOwner {
        ClaimOwner(host: "elsewhere.example", process: 4711, runner: runner)
    }

    static func anomaly(_ job: ProviderJobID, kind: Anomaly.Kind = .unreadable, line: Int = 1) -> Anomaly {
        Anomaly(
            job: job, kind: kind, customID: nil, source: ResultSource(file: "output", line: line),
            message: "cannot be read", line: Array("{broken".utf8))
    }

    /// A job that the provider has accepted.
    static func submitted(_ remoteID: String = "batch_abc", status: BatchStatus = .inProgress) -> ProviderJobState {
        var state = ProviderJobState(phase: .submitted)
        state.tries = 1
        state.remoteID = remoteID
        state.remoteStatus = status
        state.rawStatus = status.rawValue
        return state
    }

    /// A job that has ended.
    static func ended(_ status: BatchStatus = .completed, at seconds: Double = 100) -> ProviderJobState {
        var state = submitted(status: status)
        state.phase = .ended
        state.endedAt = date(seconds)
        return state
    }
}
