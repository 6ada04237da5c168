/// Who watches the batches that this task drives. It goes down with the task to whatever works for it.
enum Observation {
    @TaskLocal static var observers: [@Sendable (BatchEvent) -> Void] = []

    /// Reports an event to all who watch, and counts it.
    static func report(_ event: @autoclosure () -> BatchEvent) {
        let event = event()
        EventMetrics.count(event.kind)
        for observer in observers { observer(event) }
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
}
