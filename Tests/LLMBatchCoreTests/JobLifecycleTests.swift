import Foundation
import Testing

import LLMBatchCore
import LLMBatchTesting

@Suite("Provider job lifecycle")
struct JobLifecycleTests {
    private let lifecycle = ProviderJobLifecycle()
    private let now = Date(timeIntervalSince1970: 1_000_000)

    private func remote(_ id: String = "batch_1", _ status: BatchStatus = .validating) -> RemoteJob {
        RemoteJob(id: id, status: status, rawStatus: status.rawValue)
    }

    private func error(_ kind: ProviderError.Kind, _ delivery: ProviderError.Delivery = .refused) -> ProviderError {
        ProviderError(kind, delivery: delivery, message: "because")
    }

    /// The state after events from the start, and the last event's actions.
    private func after(_ events: ProviderJobEvent...) -> (state: ProviderJobState, actions: [ProviderJobAction]) {
        events.reduce((ProviderJobState(), [])) { lifecycle.reduce($0.state, $1) }
    }

    private var begin: ProviderJobEvent { .begin(token: "t1", at: now) }

    @Test("A job without failures passes through every phase in order")
    func plain() {
        #expect(after(begin).actions == [.upload(lookFirst: false, after: .none)])
        #expect(after(begin, .uploaded(fileID: "f")).actions == [.create])
        #expect(after(begin, .uploaded(fileID: "f"), .created(remote())).actions == [.poll(after: .poll(1))])
        let ended = after(
            begin, .uploaded(fileID: "f"), .created(remote()), .polled(remote("batch_1", .inProgress)),
            .polled(remote("batch_1", .completed)))
        #expect(ended.actions == [.collect(after: .none)])
        #expect(ended.state.batchStatus == .finalizing)
        let done = lifecycle.reduce(ended.state, .collected(at: now)).state
        #expect(done.phase == .ended)
        #expect(done.batchStatus == .completed)
        #expect(done.closing.outcome == .missing)
    }

    @Test("A create call that was interrupted is searched for and never simply repeated")
    func resumedCreate() {
        let resumed = after(begin, .uploaded(fileID: "f"), .begin(token: "t2", at: now))
        #expect(resumed.state.phase == .reconciling)
        #expect(resumed.state.token == "t1")
        #expect(resumed.actions == [.reconcile(after: .none)])
    }

    @Test("A create call with an unknown outcome is reconciled: the oldest match is adopted, duplicates are cancelled")
    func unknown() {
        let unknown = after(begin, .uploaded(fileID: "f"), .createFailed(error(.timeout, .unknown)))
        #expect(unknown.actions == [.reconcile(after: .reconcile)])
        let one = lifecycle.reduce(unknown.state, .listed([remote("b")]))
        #expect(one.state.remoteID == "b")
        let several = lifecycle.reduce(unknown.state, .listed([remote("old"), remote("new")]))
        #expect(several.state.remoteID == "old")
        #expect(several.actions.first == .cancelRemote(ids: ["new"]))
        let twice = lifecycle.reduce(unknown.state, .listed([remote("b"), remote("b")]))
        #expect(twice.actions == [.poll(after: .poll(1))], "a job that is listed twice is no double of itself")
    }

    @Test("Only several listings in a row without the token allow another create, and with a new token")
    func proof() {
        var step = after(begin, .uploaded(fileID: "f"), .createFailed(error(.network, .unknown)))
        for _ in 1..<lifecycle.listingsToProve {
            step = lifecycle.reduce(step.state, .listed([]))
            #expect(step.actions == [.reconcile(after: .reconcile)])
        }
        step = lifecycle.reduce(step.state, .listed([]))
        #expect(step.state.phase == .planned)
        let again = lifecycle.reduce(step.state, .begin(token: "t2", at: now))
        #expect(again.state.token == "t2")
        #expect(again.actions == [.create])
        #expect(again.state.inputFileID == "f")
    }

    @Test("A listing that fails proves nothing")
    func failedListing() {
        let step = after(
            begin, .uploaded(fileID: "f"), .createFailed(error(.network, .unknown)), .listed([]),
            .listingFailed(error(.overloaded)))
        #expect(step.state.listings == 1)
        #expect(step.state.phase == .reconciling)
    }

    @Test("Tries are bounded")
    func bounded() {
        var step = after(begin, .uploaded(fileID: "f"))
        for number in 1...lifecycle.maximumTries {
            step = lifecycle.reduce(step.state, .createFailed(error(.rateLimit)))
            if number < lifecycle.maximumTries {
                #expect(step.actions == [.beginAgain(after: .backoff(number, atLeast: nil))])
                step = lifecycle.reduce(step.state, .begin(token: "t\(number)", at: now))
            }
        }
        guard case .stop(let error)? = step.actions.first else { Issue.record("does not stop"); return }
        #expect(error.code == .providerUnavailable)
        #expect(step.state.phase == .planned)
    }

    @Test("A refused key stops and leaves the job as it was; a refused request fails it")
    func refusals() {
        let key = after(begin, .uploaded(fileID: "f"), .createFailed(error(.authentication)))
        #expect(key.state.phase == .planned)
        guard case .stop(let reason)? = key.actions.first else { Issue.record("does not stop"); return }
        #expect(reason.code == .keyRefused)
        let request = after(begin, .uploaded(fileID: "f"), .createFailed(error(.invalidRequest)))
        #expect(request.actions == [.collect(after: .none)])
        #expect(request.state.closing.outcome == .errored)
    }

    @Test("A full queue is waited out with the same upload")
    func room() {
        var failed = remote("batch_1", .failed)
        failed.isQueueFull = true
        let step = after(begin, .uploaded(fileID: "f"), .created(remote()), .polled(failed))
        #expect(step.actions == [.beginAgain(after: .queueFull)])
        #expect(step.state.remoteID == nil)
        #expect(lifecycle.reduce(step.state, .begin(token: "t2", at: now)).actions == [.create])
    }

    @Test("An unknown status keeps the job running")
    func unknownWord() {
        let job = RemoteJob(id: "batch_1", status: .inProgress, rawStatus: "scheduling")
        let step = after(begin, .uploaded(fileID: "f"), .created(remote()), .polled(job))
        #expect(step.state.rawStatus == "scheduling")
        #expect(step.actions == [.poll(after: .poll(2))])
    }

    @Test("A failing poll is retried a bounded number of times; a job that vanished needs its owner")
    func polls() {
        var step = after(begin, .uploaded(fileID: "f"), .created(remote()))
        for _ in 1..<lifecycle.maximumFailures { step = lifecycle.reduce(step.state, .pollFailed(error(.notFound))) }
        #expect(step.state.phase == .submitted)
        step = lifecycle.reduce(step.state, .pollFailed(error(.notFound)))
        #expect(step.state.phase == .needsAttention)
        #expect(step.state.remoteStatus == .validating)
    }

    @Test("Cancelling before, during and after the submission")
    func cancelling() {
        let early = after(.cancelRequested(at: now))
        #expect(early.state.closing.outcome == .cancelled)
        #expect(early.actions == [.collect(after: .none)])
        let during = after(begin, .uploaded(fileID: "f"), .cancelRequested(at: now))
        #expect(during.actions == [])
        #expect(lifecycle.reduce(during.state, .created(remote())).actions.first == .cancelRemote(ids: ["batch_1"]))
        let late = after(begin, .uploaded(fileID: "f"), .created(remote()), .cancelRequested(at: now))
        #expect(late.actions.first == .cancelRemote(ids: ["batch_1"]))
        #expect(late.state.batchStatus == .cancelling)
    }

    @Test("A vanished job is not created again by a search; cancelling gives it up, resubmitting starts over")
    func vanished() {
        let submitted = after(begin, .uploaded(fileID: "f"), .created(remote()))
        let gone = (0..<lifecycle.maximumFailures).reduce(submitted.state) { state, _ in
            lifecycle.reduce(state, .pollFailed(error(.notFound))).state
        }
        #expect(gone.phase == .needsAttention && gone.failure?.code == "job_vanished")
        var searched = lifecycle.reduce(gone, .searchWanted).state
        for _ in 0..<lifecycle.listingsToProve { searched = lifecycle.reduce(searched, .listed([])).state }
        #expect(searched.phase == .needsAttention && searched.failure?.code == "job_vanished")
        let cancelled = lifecycle.reduce(searched, .cancelRequested(at: now))
        #expect(cancelled.actions == [.collect(after: .none)])
        #expect(cancelled.state.abandonment == .over && cancelled.state.closing.outcome == .cancelled)
        let again = lifecycle.reduce(lifecycle.reduce(gone, .resubmissionAllowed).state, begin)
        #expect(again.actions == [.upload(lookFirst: false, after: .none)])
    }

    @Test("A cancellation that met a job in doubt is resumed when its owner asks for it again")
    func cancelledTwice() {
        let doubtful = after(
            begin, .uploaded(fileID: "f"), .createFailed(error(.timeout, .unknown)), .cancelRequested(at: now),
            .listingFailed(error(.notFound)))
        #expect(doubtful.state.phase == .needsAttention && doubtful.state.cancelRequested)
        #expect(lifecycle.reduce(doubtful.state, .cancelRequested(at: now)).actions == [.collect(after: .none)])
    }

    @Test("A rejected upload of an earlier try is repeated once; one of this try is final")
    func uploadsGone() {
        let refused = after(begin, .uploaded(fileID: "f"), .createFailed(error(.authentication)))
        for kind in [ProviderError.Kind.permission, .notFound, .invalidRequest] {
            let gone = [begin, .createFailed(error(kind))].reduce(
                (state: refused.state, actions: [ProviderJobAction]())
            ) {
                lifecycle.reduce($0.state, $1)
            }
            #expect(gone.actions == [.beginAgain(after: .none)])
            let anew = lifecycle.reduce(gone.state, begin)
            #expect(anew.actions == [.upload(lookFirst: false, after: .none)])
            let uploaded = lifecycle.reduce(anew.state, .uploaded(fileID: "g")).state
            #expect(lifecycle.reduce(uploaded, .createFailed(error(kind))).actions != [.beginAgain(after: .none)])
        }
    }

    @Test("Results that are gone need a decision; a single 404 does not")
    func resultsGone() {
        let collecting = after(begin, .uploaded(fileID: "f"), .created(remote("b", .completed))).state
        var state = collecting
        for _ in 1..<lifecycle.maximumFailures {
            state = lifecycle.reduce(state, .collectionFailed(error(.notFound))).state
            #expect(state.phase == .collecting)
        }
        state = lifecycle.reduce(state, .collectionFailed(error(.notFound))).state
        #expect(state.phase == .needsAttention && state.failure?.code == "results_gone")
    }

    @Test("Incomplete results are fetched again, a bounded number of times that no restart resets")
    func looks() {
        let gap = Shortfall(broughtMore: false, message: "less than is to come")
        var step = after(begin, .uploaded(fileID: "f"), .created(remote("b", .completed)))
        for number in 1...lifecycle.maximumLooks {
            step = lifecycle.reduce(step.state, .fellShort(gap, at: now))
            #expect(step.actions == [.lookAgain(after: .look(number, since: now))])
            // A restart waits for what is left of the pause, and counts on.
            step.state = step.state.durable
            #expect(lifecycle.reduce(step.state, begin).actions == step.actions)
            let looked = lifecycle.reduce(step.state, .polled(remote("b", .completed)))
            #expect(looked.actions == [.collect(after: .none)])
            step = looked
        }
        step = lifecycle.reduce(step.state, .fellShort(gap, at: now))
        #expect(step.state.phase == .needsAttention && step.state.failure?.code == "results_incomplete")
        let again = lifecycle.reduce(step.state, .searchWanted)
        #expect(again.state.phase == .submitted && again.state.looks == nil && again.state.remoteID == "b")
        #expect(again.state.batchStatus == .finalizing, "a job that goes on has no final status")
        let cancelled = lifecycle.reduce(step.state, .cancelRequested(at: now)).state
        #expect(cancelled.remoteID == "b" && cancelled.abandonment != nil && cancelled.closing.outcome == .cancelled)
    }

    @Test("A check that brings more results resets the count of checks; a file that is named late is fetched")
    func fruitfulLooks() {
        let completed = after(begin, .uploaded(fileID: "f"), .created(remote("b", .completed))).state
        let none = lifecycle.reduce(completed, .fellShort(Shortfall(broughtMore: false, message: "x"), at: now)).state
        let second = lifecycle.reduce(none, .fellShort(Shortfall(broughtMore: false, message: "x"), at: now)).state
        #expect(second.looks?.count == 2)
        let more = lifecycle.reduce(second, .fellShort(Shortfall(broughtMore: true, message: "x"), at: now)).state
        #expect(more.looks?.count == 1)
        var named = remote("b", .completed)
        named.outputFileID = "late"
        let looked = lifecycle.reduce(more, .polled(named))
        #expect(looked.state.outputFileID == "late" && looked.actions == [.collect(after: .none)])
        // Nor does a service that takes its word back, or forgets the job, change anything.
        #expect(lifecycle.reduce(more, .polled(remote("b", .inProgress))).state.remoteStatus == .completed)
        #expect(lifecycle.reduce(more, .pollFailed(error(.notFound))).actions == [.collect(after: .none)])
    }

    @Test("A cancelled job that was provably not accepted is given up, never submitted")
    func cancelledInDoubt() {
        let doubtful = after(
            begin, .uploaded(fileID: "f"), .createFailed(error(.timeout, .unknown)), .cancelRequested(at: now))
        let proved = (0..<lifecycle.listingsToProve).reduce(doubtful) { last, _ in
            lifecycle.reduce(last.state, .listed([]))
        }
        #expect(proved.actions == [.collect(after: .none)] && proved.state.remoteStatus == .cancelled)
        let refused = after(
            begin, .uploaded(fileID: "f"), .cancelRequested(at: now), .createFailed(error(.rateLimit)))
        #expect(refused.actions == [.collect(after: .none)] && refused.state.remoteStatus == .cancelled)
        var planned = ProviderJobState()
        planned.cancelRequested = true
        #expect(lifecycle.reduce(planned, begin).actions == [.collect(after: .none)])
    }

    @Test("A job can be abandoned in every phase", arguments: ProviderJobPhase.allCases.filter { $0 != .ended })
    func abandoned(_ phase: ProviderJobPhase) {
        var state = ProviderJobState(phase: phase)
        state.remoteID = "b"
        let (next, actions) = lifecycle.reduce(state, .abandoned)
        #expect(next.phase == .collecting && next.closing.outcome == .cancelled)
        // Nothing is fetched of it any more, and its id is kept for those who want it stopped or look at the bill.
        #expect(next.remoteID == "b" && next.abandonment != nil)
        #expect(actions == [.collect(after: .none)])
    }

    @Test("An abandoned job may still run, unless the provider has ended it or never had it")
    func leftBehind() {
        let submitted = after(begin, .uploaded(fileID: "f"), .created(remote()))
        #expect(lifecycle.reduce(submitted.state, .abandoned).state.abandonment == .mayRun)
        let doubtful = after(begin, .uploaded(fileID: "f"), .createFailed(error(.timeout, .unknown)))
        #expect(lifecycle.reduce(doubtful.state, .abandoned).state.abandonment == .mayRun)
        let ended = after(begin, .uploaded(fileID: "f"), .created(remote("b", .completed)))
        #expect(lifecycle.reduce(ended.state, .abandoned).state.abandonment == .over)
        #expect(after(begin, .abandoned).state.abandonment == nil)
        #expect(after(.cancelRequested(at: now)).state.abandonment == nil)
    }

    @Test("A failing look-up of an upload decides nothing: the input is uploaded again")
    func lookUps() {
        let resumed = after(begin, .begin(token: "t2", at: now))
        #expect(resumed.actions == [.upload(lookFirst: true, after: .none)])
        for kind in ProviderError.Kind.allCases where !kind.isTransient {
            let refused = lifecycle.reduce(resumed.state, .lookUpFailed(error(kind)))
            #expect(refused.state.phase == .uploading && refused.actions == [.upload(lookFirst: false, after: .none)])
        }
        var step = resumed
        for number in 1..<lifecycle.maximumLookUps {
            step = lifecycle.reduce(step.state, .lookUpFailed(error(.overloaded)))
            #expect(step.actions == [.upload(lookFirst: true, after: .backoff(number, atLeast: nil))])
        }
        step = lifecycle.reduce(step.state, .lookUpFailed(error(.overloaded)))
        #expect(step.actions == [.upload(lookFirst: false, after: .none)])
    }

    @Test("An incomplete list proves nothing; after a few, the owner must decide")
    func gaps() {
        let gap = ProviderError(
            .unreadable, delivery: .unknown, message: "it leads in a circle", code: ProviderError.incompleteList)
        var step = after(begin, .uploaded(fileID: "f"), .createFailed(error(.network, .unknown)))
        for _ in 1..<lifecycle.maximumGaps {
            step = lifecycle.reduce(step.state, .listingFailed(gap))
            #expect(step.state.phase == .reconciling && step.state.listings == 0)
        }
        step = lifecycle.reduce(step.state, .listingFailed(gap))
        #expect(step.state.phase == .needsAttention && step.state.failure?.code == "cannot_reconcile")
    }

    @Test("The reason for a full queue is kept as long as the queue is full")
    func reasonOfRoom() {
        var failed = remote("b", .failed)
        failed.isQueueFull = true
        failed.failure = ResultError(code: "request_limit_exceeded", message: "full")
        let waiting = after(begin, .uploaded(fileID: "f"), .created(remote()), .polled(failed))
        #expect(waiting.state.queueFull?.code == "request_limit_exceeded")
        let again = [begin, .created(remote("c"))].reduce(waiting.state) { lifecycle.reduce($0, $1).state }
        #expect(again.queueFull != nil, "it may be refused at its first look again")
        #expect(lifecycle.reduce(again, .polled(remote("c", .inProgress))).state.queueFull == nil)
    }

    @Test("The files of a job are forgotten when another job is adopted in its place")
    func adoptedFiles() {
        var state = ProviderJobState(phase: .needsAttention)
        (state.remoteID, state.outputFileID, state.errorFileID) = ("old", "out", "err")
        let next = lifecycle.reduce(state, .adopted(remote("new", .inProgress))).state
        #expect(next.remoteID == "new" && next.outputFileID == nil && next.errorFileID == nil)
    }

    @Test("With an idempotent token a further try keeps the token; after a full queue it gets a new one")
    func keptTokens() {
        var lifecycle = ProviderJobLifecycle()
        lifecycle.keepsToken = true
        var state = [
            begin, .uploaded(fileID: "f"), .createFailed(error(.timeout, .unknown)), .listed([]), .listed([]),
            .listed([]),
            .begin(token: "t2", at: now + 60),
        ].reduce(ProviderJobState()) { lifecycle.reduce($0, $1).state }
        #expect(state.phase == .creating && state.token == "t1" && state.intendedAt == now)
        var noRoom = remote("b", .failed)
        noRoom.isQueueFull = true
        state = [.created(noRoom), .begin(token: "t3", at: now + 60)].reduce(state) { lifecycle.reduce($0, $1).state }
        #expect(state.phase == .creating && state.token == "t3")
    }

    @Test("A job that could not find its input is submitted with a new upload, a bounded number of times")
    func missingInput() {
        var job = remote("b", .failed)
        job.lacksInput = true
        var state = ProviderJobState()
        for round in 1..<lifecycle.maximumTries {
            let events: [ProviderJobEvent] = [begin, .uploaded(fileID: "f\(round)")]
            state = events.reduce(state) { lifecycle.reduce($0, $1).state }
            let (next, actions) = lifecycle.reduce(state, .created(job))
            #expect(actions == [.beginAgain(after: .backoff(round, atLeast: nil))] && next.inputFileID == nil)
            state = next
        }
        state = [begin, .uploaded(fileID: "last"), .created(job)].reduce(state) { lifecycle.reduce($0, $1).state }
        #expect(state.phase == .collecting && state.remoteStatus == .failed)
    }

    @Test("An event that does not fit the phase changes nothing")
    func misfits() {
        let events: [ProviderJobEvent] = [
            .uploaded(fileID: "x"), .created(remote("x")), .listed([remote("x")]), .polled(remote("x")),
            .collected(at: now),
            .answered(at: now), .uploadFailed(error(.network)), .pollFailed(error(.network)),
        ]
        for event in events {
            let step = lifecycle.reduce(ProviderJobState(), event)
            #expect(step.state == ProviderJobState())
            #expect(step.actions.isEmpty)
        }
    }

    @Test("No sequence of events creates a second job without proof, or ends in an open state", arguments: 0..<20)
    func randomWalks(number: Int) {
        let seed = UInt64(number) &* 7_919 &+ 13
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            var state = ProviderJobState()
            var mayBeAccepted = false
            for _ in 0..<40 {
                let event = randomEvent(&random)
                let before = state
                let step = lifecycle.reduce(state, event)
                state = step.state
                if case .createFailed(let error) = event, before.phase == .creating {
                    mayBeAccepted = error.delivery == .unknown
                }
                if before.phase == .reconciling, state.phase == .planned { mayBeAccepted = false }
                if case .begin = event, before.phase == .creating { mayBeAccepted = true }
                if step.actions.contains(.create) { #expect(!mayBeAccepted, "seed \(seed)") }
                if state.phase == .submitted { mayBeAccepted = false; #expect(state.remoteID != nil, "seed \(seed)") }
                if state.phase == .ended { #expect(state.endedAt != nil && state.batchStatus.isFinal, "seed \(seed)") }
            }
        }
    }

    private func randomEvent(_ random: inout SeededGenerator) -> ProviderJobEvent {
        let kinds: [ProviderError.Kind] = [
            .network, .rateLimit, .invalidRequest, .authentication, .notFound, .timeout, .quota,
        ]
        let failure = error(
            kinds.randomElement(using: &random) ?? .network, Bool.random(using: &random) ? .unknown : .refused)
        let job = remote(
            "b\(random.next() % 3)",
            BatchStatus.allCases.filter { $0 != .draft && $0 != .submitting && $0 != .needsAttention }
                .randomElement(using: &random) ?? .completed)
        let events: [ProviderJobEvent] = [
            .begin(token: "t\(random.next())", at: now), .uploaded(fileID: "f"), .uploadFailed(failure), .created(job),
            .createFailed(failure), .listed([]), .listed([job]), .listed([job, remote("z")]), .listingFailed(failure),
            .polled(job),
            .pollFailed(failure), .collected(at: now), .collectionFailed(failure), .cancelRequested(at: now),
            .fellShort(Shortfall(broughtMore: false, message: "x"), at: now),
        ]
        return events.randomElement(using: &random) ?? .cancelRequested(at: now)
    }
}
