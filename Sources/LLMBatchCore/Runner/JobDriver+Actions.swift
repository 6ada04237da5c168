import Foundation

/// What the lifecycle asks for, done over the network, and reported back as events.
extension JobDriver {
    func upload(_ state: JobState, lookFirst: Bool) async -> JobEvent {
        let token = state.token ?? ""
        let input = JobInput(token: token, digest: job.input, chunks: chunks())
        do throws(ProviderError) {
            if lookFirst, let fileID = try await provider.findUpload(token: token, digest: job.input) {
                return .uploaded(fileID: fileID)
            }
            Failpoint.uploadBeforeRequest.pass()
            let fileID = try await provider.upload(input)
            Failpoint.uploadAfterResponse.pass()
            return .uploaded(fileID: fileID)
        } catch { return .uploadFailed(error) }
    }

    func create(_ state: JobState) async -> JobEvent {
        let submission = JobSubmission(
            token: state.token ?? "", inputFileID: state.inputFileID ?? "", endpoint: endpoint, batch: claim.batch)
        Failpoint.createBeforeRequest.pass()
        do throws(ProviderError) {
            let created = try await provider.create(submission)
            Failpoint.createAfterResponse.pass()
            return .created(created)
        } catch { return .createFailed(error) }
    }

    func search(_ state: JobState) async -> JobEvent {
        let trace = JobTrace(
            token: state.token ?? "", inputFileID: state.inputFileID, since: state.intendedAt ?? .distantPast)
        do throws(ProviderError) {
            let found = try await provider.jobs(like: trace)
            Failpoint.listAfterResponse.pass()
            return .listed(found)
        } catch { return .listingFailed(error) }
    }

    func poll(_ state: JobState) async -> JobEvent {
        do throws(ProviderError) {
            let seen = try await provider.job(state.remoteID ?? "")
            Failpoint.pollAfterResponse.pass()
            return .polled(seen)
        } catch { return .pollFailed(error) }
    }

    /// Asks for cancellation. A failure is not an event: as long as the job has not ended, every poll asks again.
    func cancel(_ ids: [String]) async -> JobEvent? {
        for id in ids {
            do { try await provider.cancel(id) } catch { continue }
            Failpoint.cancelAfterResponse.pass()
        }
        return nil
    }

    func collect(_ state: JobState) async throws -> JobEvent {
        do {
            try await ResultCollector(
                storage: storage, provider: provider, job: job.id, endpoint: endpoint, claim: claim,
                check: check
            ).collect(state)
            return .collected(at: clock.now())
        } catch let error as ProviderError {
            return .collectionFailed(error)
        }
    }

    /// The exact bytes of the input, read from the store page by page as they are asked for.
    private func chunks() -> @Sendable () -> AsyncThrowingStream<[UInt8], any Error> {
        let (storage, model, id) = (storage, attempt.provider.model, job.id)
        return {
            let reader = JobInputReader(storage: storage, model: model, job: id)
            return AsyncThrowingStream { try await reader.next() }
        }
    }
}

/// Reads the input of a job from the store, a page at a time.
private actor JobInputReader {
    private let storage: any BatchStorage
    private let model: String?
    private var query: JobRequestQuery
    private var isDone = false

    init(storage: any BatchStorage, model: String?, job: ProviderJobID) {
        self.storage = storage
        self.model = model
        query = JobRequestQuery(job: job)
    }

    func next() async throws -> [UInt8]? {
        guard !isDone else { return nil }
        if query.after != nil { Failpoint.uploadMidBody.pass() }
        let page = try await storage.jobRequests(query)
        isDone = !page.hasMore
        query.after = page.elements.last?.position
        guard !page.elements.isEmpty else { return nil }
        var bytes: [UInt8] = []
        for stored in page.elements {
            bytes += stored.request.line(model: model)
            bytes.append(0x0A)
        }
        return bytes
    }
}
