import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Synchronization
import Workbench

/// What the tests of jobs share: an output whose values tell which row they belong to.
struct Verdict: Codable, Sendable, Hashable {
    enum Label: String, Codable, Sendable, CaseIterable { case positive, neutral, negative }
    let id: Int
    let label: Label
    let reason: String?
}

/// Rows `{"id": 0, "review": …}`.
func reviews(_ count: Int) -> [[String: JSONValue]] {
    (0..<count).map { ["id": .integer($0), "review": .string("review \($0)")] }
}

/// Decides an answer by the row ids that a request asks for, and counts how often each row was asked.
final class RowLedger: Sendable {
    private struct Contents {
        var asked: [Int: Int] = [:]
        var requests: [[Int]] = []
    }

    private let contents = Mutex(Contents())

    /// The numbers of the rows in a chat request.
    static func rows(_ request: SimulatedRequest) -> [Int] {
        let text = (try? JSONObject(Array(request.body)))?.objects("messages")?.last?.string("content") ?? ""
        let list = try? JSONObject(Array("{\"rows\":\(text)}".utf8))
        return list?.objects("rows")?.compactMap { $0.integer("row_id") } ?? []
    }

    /// A script that answers by `model`, told how often each of the rows was asked before.
    func script(
        _ model: @escaping @Sendable (SimulatedRequest, _ rows: [Int], _ before: [Int: Int]) -> SimulatedAnswer
    ) -> SimulatorScript {
        SimulatorScript { script in
            script.answer = { [self] request in
                let rows = Self.rows(request)
                return model(request, rows, note(rows))
            }
        }
    }

    private func note(_ rows: [Int]) -> [Int: Int] {
        contents.withLock { contents in
            let before = Dictionary(
                rows.map { ($0, contents.asked[$0, default: 0]) }, uniquingKeysWith: { one, _ in one })
            for row in rows { contents.asked[row, default: 0] += 1 }
            contents.requests.append(rows)
            return before
        }
    }

    /// How often each row was asked.
    var counts: [Int: Int] { contents.withLock { $0.asked } }
    /// The rows of each request in the order of asking.
    var requests: [[Int]] { contents.withLock { $0.requests } }
}

extension SimulatedAnswer {
    /// The answer of a conforming model, with the text of some rows changed.
    static func structured(
        _ request: SimulatedRequest, changing change: (Int, String) -> String? = { $1 }
    ) -> SimulatedAnswer {
        guard case .text(let text) = StructuredModel.enforcing(request),
            let rows = (try? JSONObject(Array(text.utf8)))?.objects("rows")
        else { return StructuredModel.enforcing(request) }
        let changed = rows.compactMap { change($0.integer("row_id") ?? -1, String(decoding: $0.text, as: UTF8.self)) }
        return .text("{\"rows\":[\(changed.joined(separator: ","))]}")
    }
}

/// The largest number of calls at once.
final class Peak: Sendable {
    private let state = Mutex((now: 0, most: 0))

    var value: Int { state.withLock { $0.most } }

    func enter() -> Int {
        state.withLock { state in
            state.now += 1
            state.most = max(state.most, state.now)
            return state.now
        }
    }

    func leave() { state.withLock { $0.now -= 1 } }
}

/// Opens once.
actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    func pass() async {
        guard !isOpen else { return }
        await withCheckedContinuation { waiting.append($0) }
    }
}

/// A realtime provider whose first calls wait until as many are on their way as there may be.
struct Watched: RealtimeProvider {
    let base: any RealtimeProvider
    let peak: Peak
    let gate: Gate
    let full: Int

    var settings: ProviderSettings { base.settings }
    var account: ProviderAccount { base.account }
    var limits: RealtimeLimits { base.limits }

    func answer(_ request: OutgoingRequest) async throws(ProviderError) -> RealtimeAnswer {
        if peak.enter() >= full { await gate.open() }
        await gate.pass()
        defer { peak.leave() }
        return try await base.answer(request)
    }
}

/// A clock that sleeps a moment only, and notes the pauses of a second and more. (A claim is renewed every ten seconds.)
final class PauseClock: Sendable {
    private let pauses = Mutex<[Double]>([])

    var long: [Double] { pauses.withLock { $0 } }

    var clock: RunnerClock {
        RunnerClock(
            now: { .thisMillisecond },
            sleep: { [self] duration in
                guard duration != .seconds(10) else { return try await Task.sleep(for: duration) }
                let seconds = Double(duration.components.seconds)
                if seconds >= 1 { pauses.withLock { $0.append(seconds) } }
                try await Task.sleep(for: .milliseconds(1))
            }, jitter: { 1 })
    }
}
