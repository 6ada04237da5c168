import Foundation
import LLMBatchCore
import LLMBatchTesting

/// The environment of a case: a provider, its simulator, and a storage.
struct ProviderBench: Sendable {
    let subject: ProviderConformance.Subject
    let simulator: ProviderSimulator
    /// The default number of requests in a batch, which is at least the provider's minimum.
    let size: Int
    let storage = MemoryStorage()

    static let key = "sk-conformance-key-0123456789"

    var ledger: SimulatorLedger { simulator.ledger }

    /// Pauses of a hundredth of a second instead of minutes.
    private static let hurry = [
        "poll-interval": "0.01", "longest-poll": "0.01", "reconcile-interval": "0.01", "queue-interval": "0.01",
        "backoff": "0.001", "timeout": "30",
    ]

    func provider(
        key: String = Self.key, origin: String? = nil, model: String? = nil, options: [String: String] = [:]
    ) throws -> Provider {
        try subject.make(
            .init(
                origin: origin ?? simulator.origin, baseURL: (origin ?? simulator.origin) + simulator.kind.root,
                key: key, model: model,
                options: Self.hurry.merging(options) { _, given in given }))
    }

    /// The provider itself, for calls outside a batch.
    func batchProvider(options: [String: String] = [:]) throws -> any BatchProvider {
        guard case .batch(let provider) = try provider(options: options).kind else {
            throw ConformanceFailure(
                expected: "a batch provider", actual: "a realtime one", context: "", fileID: #fileID, line: #line)
        }
        return provider
    }

    /// Requests `r0`, `r1` …, each with its own question.
    func requests(_ count: Int? = nil, ids: (Int) -> String = { "r\($0)" }) -> [BatchRequest] {
        (0..<(count ?? size)).map { request($0, id: ids($0)) }
    }

    func request(_ number: Int, id: String, model: String? = nil, more: [String: JSONValue] = [:]) -> BatchRequest {
        let question = JSONValue.string("question \(number)")
        var body: [String: JSONValue] = ["model": .string(model ?? subject.model)]
        if subject.endpoint == .responses {
            body["input"] = question
        } else {
            body["messages"] = [["role": "user", "content": question]]
        }
        body.merge(more) { _, given in given }
        return BatchRequest(customID: CustomID(id), endpoint: subject.endpoint, body: body)
    }

    /// A batch that has not been started.
    func batch(
        _ requests: [BatchRequest]? = nil, options: [String: String] = [:], in storage: (any BatchStorage)? = nil
    ) async throws -> Batch {
        try await Batch.create(
            .requests(requests ?? self.requests()), provider: try provider(options: options),
            storage: storage ?? self.storage)
    }

    /// Runs a batch to its end.
    @discardableResult
    func run(_ requests: [BatchRequest]? = nil, options: [String: String] = [:]) async throws -> Batch {
        let batch = try await batch(requests, options: options)
        try await batch.wait()
        return batch
    }

    /// Changes the script of the simulator.
    func script(_ change: (inout SimulatorScript) -> Void) { simulator.updateScript(change) }

    /// Makes the response to the first create call get lost, though the job is accepted.
    func loseCreate(_ change: (inout SimulatorScript) -> Void = { _ in }) {
        script {
            $0.troubles = [Trouble(.actThenDrop, on: .createBatch)]
            change(&$0)
        }
    }

    /// Makes jobs expire after so many answers.
    func expire(after answered: Int) {
        script {
            $0.statuses = ["validating", "in_progress", "expired"]
            $0.answeredBeforeEnd = answered
        }
    }

    /// Holds jobs in progress, with so many answers when they are cancelled.
    func hold(answered: Int) {
        script {
            $0.holdAt = "in_progress"
            $0.answeredBeforeEnd = answered
        }
    }

    /// The simulated model's answer to a question.
    static func answer(to question: Int?) -> String { "answer \(question.map(String.init) ?? "to nothing")" }
}

extension SimulatedRequest {
    /// The number of the request's question, in whatever format the provider sends it.
    var question: Int? {
        guard let start = source.firstRange(of: Data("question ".utf8))?.upperBound else { return nil }
        let digits = source[start...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}
