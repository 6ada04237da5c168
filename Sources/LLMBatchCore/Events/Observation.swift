/// Reports what happens to whoever watches the batch that this task drives, and counts it.
package enum Observation {
    /// What the task works on. Task-local, so that it reaches every call that the work causes.
    @TaskLocal static var work: ObservedWork?

    /// Reports an event to all who watch, and counts it.
    static func report(_ event: @autoclosure () -> BatchEvent) {
        let event = event()
        EventMetrics.count(event.kind)
        for observer in work?.observers ?? [] { observer(event) }
    }

    /// Reports an event of a provider job.
    static func report(_ kind: BatchEvent.Kind, of job: ProviderJobID, _ remoteID: String? = nil) {
        report(BatchEvent(batch: job.batch, providerJob: job, remoteID: remoteID, kind))
    }

    /// Reports what a new state of a provider job shows.
    static func report(_ new: ProviderJobState, after old: ProviderJobState, of job: ProviderJobID) {
        guard new.phase != old.phase else { return }
        report(.advanced(from: old.phase, to: new.phase), of: job, new.remoteID)
    }

    /// Reports a call to the provider, with what the task works on. Outside of any work it is only counted.
    package static func report(_ call: ProviderCall) {
        EventMetrics.count(call, provider: work?.provider ?? "none")
        guard let work, !work.observers.isEmpty else { return }
        var call = call
        call.customID = work.customID
        call.tryNumber = work.tryNumber
        report(BatchEvent(batch: work.batch, providerJob: work.providerJob, remoteID: work.remoteID, .called(call)))
    }

    // MARK: - What the task works on

    /// Runs `body` as work on a batch.
    static func watching<Value>(
        _ batch: BatchID, _ provider: ProviderSettings, _ observers: [@Sendable (BatchEvent) -> Void],
        _ body: () async throws -> Value
    ) async throws -> Value {
        let work = ObservedWork(batch: batch, provider: provider.name, observers: observers)
        return try await $work.withValue(work) { try await body() }
    }

    /// Runs `body` as a step of the work on a provider job.
    static func step<Value>(
        of job: ProviderJobID, remoteID: String? = nil, after failures: Int = 0,
        _ body: () async throws -> Value
    ) async throws -> Value {
        var work = work
        work?.providerJob = job
        work?.remoteID = remoteID
        work?.tryNumber = failures + 1
        return try await $work.withValue(work) { try await body() }
    }

    /// Runs `body` as the call that sends one request, for the n-th time.
    static func asking<Value>(
        _ customID: CustomID, tries: Int, _ body: () async throws(ProviderError) -> Value
    ) async throws(ProviderError) -> Value {
        var work = work
        work?.customID = customID
        work?.tryNumber = tries
        let result: Result<Value, ProviderError> = await $work.withValue(work) {
            do throws(ProviderError) { return .success(try await body()) } catch { return .failure(error) }
        }
        return try result.get()
    }
}

/// What a task works on, for the events that it causes.
struct ObservedWork: Sendable {
    let batch: BatchID
    /// The name of the provider.
    let provider: String
    /// Who watches.
    let observers: [@Sendable (BatchEvent) -> Void]
    /// The provider job, while the task works on one.
    var providerJob: ProviderJobID?
    /// The provider's id of that job, once it is known.
    var remoteID: String?
    /// The request, while the task sends a single one.
    var customID: CustomID?
    /// How often the current step was tried, this time included.
    var tryNumber = 1
}
