import Foundation

/// Performs the lifecycle's actions over the network and reports the results as events.
extension ProviderJobDriver {
    func upload(_ state: ProviderJobState, lookFirst: Bool) async throws -> ProviderJobEvent {
        let token = state.token ?? ""
        if lookFirst {
            do throws(ProviderError) {
                if let fileID = try await provider.findUpload(token: token, digest: job.input) {
                    return .uploaded(fileID: fileID)
                }
            } catch { return .lookUpFailed(try error.unlessCancelled()) }
        }
        Failpoint.uploadBeforeRequest.pass()
        do throws(ProviderError) {
            let fileID = try await provider.upload(input(token: token))
            Failpoint.uploadAfterResponse.pass()
            return .uploaded(fileID: fileID)
        } catch { return .uploadFailed(try error.unlessCancelled()) }
    }

    func create(_ state: ProviderJobState) async -> ProviderJobEvent {
        let submission = ProviderJobSubmission(
            input: input(token: state.token ?? ""), inputFileID: state.inputFileID ?? "",
            intendedAt: state.intendedAt ?? clock.now())
        Failpoint.createBeforeRequest.pass()
        do throws(ProviderError) {
            let created = try await provider.create(submission)
            Failpoint.createAfterResponse.pass()
            return .created(await created.namingRequest(of: job.id, storage))
        } catch { return .createFailed(error) }
    }

    func search(_ state: ProviderJobState) async throws -> ProviderJobEvent {
        let trace = ProviderJobFingerprint(
            token: state.token ?? "", inputFileID: state.inputFileID, since: state.intendedAt ?? .distantPast,
            requests: job.input.requests, idPrefix: ids.prefix)
        do throws(ProviderError) {
            let found = try await provider.jobs(matching: trace)
            Failpoint.listAfterResponse.pass()
            return .listed(found)
        } catch { return .listingFailed(try error.unlessCancelled()) }
    }

    func poll(_ state: ProviderJobState) async throws -> ProviderJobEvent {
        do throws(ProviderError) {
            let seen = try await provider.job(state.remoteID ?? "")
            Failpoint.pollAfterResponse.pass()
            return .polled(await seen.namingRequest(of: job.id, storage))
        } catch { return .pollFailed(try error.unlessCancelled()) }
    }

    /// Requests cancellation. A failure is not an event: until the job has ended, every poll requests it again.
    func cancel(_ ids: [String]) async -> ProviderJobEvent? {
        for id in ids {
            do { try await provider.cancel(id) } catch { continue }
            Failpoint.cancelAfterResponse.pass()
        }
        return nil
    }

    func collect(_ state: ProviderJobState) async throws -> ProviderJobEvent {
        do {
            let collector = ResultCollector(
                storage: storage, provider: provider, job: job.id, endpoint: endpoint, claim: claim, policy: policy)
            let isLast = (state.looks?.count ?? 0) >= lifecycle.maximumLooks
            let gap = try await collector.collect(state, isLast: isLast)
            return gap.map { .fellShort($0, at: clock.now()) } ?? .collected(at: clock.now())
        } catch let error as ProviderError {
            return .collectionFailed(try error.unlessCancelled())
        }
    }

    private var ids: WireID { WireID(provider.limits.ids, job: job.id) }

    private func input(token: String) -> ProviderJobInput {
        ProviderJobInput(
            job: job.id, endpoint: endpoint, model: model, token: token, digest: job.input, chunks: chunks())
    }

    /// Streams the exact bytes of the input, read from the storage page by page.
    private func chunks() -> @Sendable () -> AsyncThrowingStream<[UInt8], any Error> {
        let (storage, provider, model, id, ids) = (storage, provider, attempt.provider.model, job.id, ids)
        return {
            let reader = ProviderJobInputReader(storage: storage, provider: provider, model: model, job: id, ids: ids)
            return AsyncThrowingStream { try await reader.next() }
        }
    }
}

/// Reads the input of a job from the storage, a page at a time.
private actor ProviderJobInputReader {
    private let storage: any BatchStorage
    private let provider: any BatchProvider
    private let model: String?
    private let ids: WireID
    private var query: ProviderJobRequestQuery
    private var isDone = false

    init(storage: any BatchStorage, provider: any BatchProvider, model: String?, job: ProviderJobID, ids: WireID) {
        self.storage = storage
        self.provider = provider
        self.model = model
        self.ids = ids
        query = ProviderJobRequestQuery(job: job)
    }

    func next() async throws -> [UInt8]? {
        guard !isDone else { return nil }
        if query.after != nil { Failpoint.uploadMidBody.pass() }
        let page = try await storage.providerJobRequests(query)
        isDone = !page.hasMore
        query.after = page.elements.last?.position
        guard !page.elements.isEmpty else { return nil }
        var bytes: [UInt8] = []
        for stored in page.elements {
            bytes += try provider.inputLine(of: stored.outgoing(model: model, ids: ids))
            bytes.append(0x0A)
        }
        return bytes
    }
}

extension ProviderError {
    /// The error of a call. A call that was cancelled with its task has none, and changes nothing. (Except a create
    /// call: it may have been accepted, which must be recorded.)
    fileprivate func unlessCancelled() throws -> ProviderError {
        if kind == .cancelled { throw CancellationError() }
        return self
    }
}

extension StoredRequest {
    /// The request as it is sent to a provider.
    func outgoing(model: String?, ids: WireID) -> OutgoingRequest {
        OutgoingRequest(
            request, model: model, id: ids.id(of: request.customID, at: position), attempt: ids.attempt)
    }
}
