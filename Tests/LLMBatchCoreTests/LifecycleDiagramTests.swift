import Foundation
import LLMBatchCore
import Testing

/// The diagram in docs/lifecycle.md says what the reducer does: no edge too many, none too few.
@Suite("Lifecycle diagram")
struct LifecycleDiagramTests {
    /// With bounds as small as they can be, which leaves the edges as they are and makes the walk short.
    private let lifecycle: ProviderJobLifecycle = {
        var lifecycle = ProviderJobLifecycle()
        (lifecycle.listingsToProve, lifecycle.maximumTries, lifecycle.maximumLookUps) = (2, 2, 1)
        (lifecycle.maximumGaps, lifecycle.maximumFailures, lifecycle.maximumLooks) = (2, 2, 1)
        return lifecycle
    }()
    private let now = Date(timeIntervalSince1970: 1_000_000)

    @Test("Every change of phase is in the diagram, and every change in the diagram happens")
    func edges() throws {
        let path = URL(filePath: #filePath).appending(path: "../../../docs/lifecycle.md").standardizedFileURL
        let text = try String(contentsOf: path, encoding: .utf8)
        let drawn = Set(text.matches(of: /\n    (\w+) --> (\w+): (\w+)/).map { "\($0.1) --> \($0.2): \($0.3)" })
        let real = reachableEdges()
        #expect(drawn.subtracting(real).sorted() == [], "drawn, and does not happen")
        #expect(real.subtracting(drawn).sorted() == [], "happens, and is not drawn")
    }

    /// Walks from a new job through every event that makes a difference, and notes each change of phase.
    private func reachableEdges() -> Set<String> {
        var edges: Set<String> = []
        var seen: Set<ProviderJobState> = [ProviderJobState()]
        var waiting = [ProviderJobState()]
        while let state = waiting.popLast() {
            for (name, event) in events {
                var next = lifecycle.reduce(state, event).state
                next = walked(next)
                if next.phase != state.phase {
                    edges.insert("\(state.phase.rawValue) --> \(next.phase.rawValue): \(name)")
                }
                if seen.insert(next).inserted { waiting.append(next) }
            }
        }
        return edges
    }

    /// The state without what no decision depends on, so that the walk comes to its end.
    private func walked(_ state: ProviderJobState) -> ProviderJobState {
        var state = state.durable
        state.tries = min(state.tries, lifecycle.maximumTries)
        state.failures = min(state.failures, lifecycle.maximumFailures)
        state.looks = state.looks.map {
            ProviderJobState.Looks(count: min($0.count, lifecycle.maximumLooks + 1), at: $0.at)
        }
        state.failure = state.failure.map { ResultError(code: $0.code, message: "") }
        state.queueFull = state.queueFull.map { _ in ResultError(code: "full", message: "") }
        return state
    }

    private var events: [(String, ProviderJobEvent)] {
        let passing = ProviderError(.overloaded, delivery: .refused, message: "later")
        let unknown = ProviderError(.network, delivery: .unknown, message: "lost")
        let final = ProviderError(.invalidRequest, delivery: .refused, message: "no")
        let absent = ProviderError(.notFound, delivery: .refused, message: "gone")
        let failures = [passing, unknown, final, absent]
        var noRoom = remote(.failed)
        noRoom.isQueueFull = true
        var resembling = remote(.completed)
        resembling.evidence = .circumstance
        let jobs = [remote(.inProgress), remote(.completed), noRoom]
        let gap = Shortfall(broughtMore: false, message: "less than is to come")
        return [
            ("fellShort", .fellShort(gap, at: now)),
            ("begin", .begin(token: "t", at: now)), ("beginAnswering", .beginAnswering),
            ("uploaded", .uploaded(fileID: "f")),
            ("listed", .listed([])), ("listed", .listed([resembling])), ("collected", .collected(at: now)),
            ("answered", .answered(at: now)),
            ("cancelRequested", .cancelRequested(at: now)), ("resubmissionAllowed", .resubmissionAllowed),
            ("searchWanted", .searchWanted), ("abandoned", .abandoned),
        ]
            + jobs.flatMap { job -> [(String, ProviderJobEvent)] in
                [
                    ("created", .created(job)), ("listed", .listed([job])), ("polled", .polled(job)),
                    ("adopted", .adopted(job)),
                ]
            }
            + failures.flatMap { error -> [(String, ProviderJobEvent)] in
                [
                    ("uploadFailed", .uploadFailed(error)), ("createFailed", .createFailed(error)),
                    ("listingFailed", .listingFailed(error)), ("pollFailed", .pollFailed(error)),
                    ("collectionFailed", .collectionFailed(error)),
                ]
            }
    }

    private func remote(_ status: BatchStatus) -> RemoteJob {
        RemoteJob(id: "b", status: status, rawStatus: status.rawValue)
    }
}
