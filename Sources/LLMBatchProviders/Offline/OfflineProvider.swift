import Crypto
import Foundation
import LLMBatchCore

/// A realtime provider without a model: echoes deterministically, marks its answers, and can fail a share of requests.
///
/// For trying things without a key. Options: `fail-share` (0 to 1), `seed`, `latency-ms`, `concurrency`. Which requests
/// fail depends on the seed, the custom id and the attempt, and on nothing else.
struct OfflineProvider: RealtimeProvider {
    let settings: ProviderSettings
    let account: ProviderAccount
    let limits: RealtimeLimits
    private let failShare: Double
    private let seed: UInt64
    private let latency: Duration

    init(_ settings: ProviderSettings) throws {
        let options = try ProviderOptions(settings, of: .offline)
        self.settings = settings
        account = ProviderAccount(provider: settings.name)
        failShare = try options.number("fail-share", in: 0...1) ?? 0
        seed = try options.unsigned("seed") ?? 0
        latency = .milliseconds(try options.number("latency-ms", in: 0...3_600_000) ?? 0)
        limits = RealtimeLimits(concurrency: try options.integer("concurrency") ?? 8)
    }

    func answer(_ request: OutgoingRequest) async throws(ProviderError) -> RealtimeAnswer {
        if latency > .zero {
            do { try await Task.sleep(for: latency) } catch {
                throw ProviderError(.cancelled, delivery: .notSent, message: "cancelled")
            }
        }
        let dice = Dice(seed: seed, customID: request.request.customID, attempt: request.attempt)
        guard dice.share >= failShare else {
            let message = "offline was told to fail this request (fail-share \(failShare))"
            let body: JSONValue = [
                "error": ["code": "offline_failure", "message": .string(message), "type": "offline", "param": nil]
            ]
            throw ProviderError(
                .invalidRequest, delivery: .refused, message: message, code: "offline_failure", statusCode: 422,
                body: body.json)
        }
        let answer = OfflineAnswer(request: request, id: dice.id)
        if let problem = answer.problem {
            // A retry would give the same answer, so the refusal is final.
            let message = "offline cannot make up a value that fits the schema (\(problem)); a model might"
            let body: JSONValue = ["error": ["code": "cannot_make_up", "message": .string(message), "type": "offline"]]
            throw ProviderError(
                .invalidRequest, delivery: .refused, message: message, code: "cannot_make_up", statusCode: 422,
                body: body.json)
        }
        let body = answer.body
        return RealtimeAnswer(statusCode: 200, requestID: "offline-\(dice.id)", body: body.json)
    }

    /// Decides which requests fail, by a hash, so that every process decides the same.
    private struct Dice {
        let share: Double
        let id: String

        init(seed: UInt64, customID: CustomID, attempt: Int) {
            let digest = Array(SHA256.hash(data: Data("\(seed)\u{0}\(attempt)\u{0}\(customID)".utf8)))
            share = Double(digest[0..<6].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) / Double(UInt64(1) << 48)
            id = digest[6..<16].hex
        }
    }
}
