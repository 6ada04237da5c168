public import Logging

extension Batch {
    /// The same batch, reporting what happens while it is driven.
    ///
    /// The observer is called by several tasks at a time and should return quickly. Several observers can watch one batch.
    /// Events of another process that drives the batch are not seen.
    public func observed(by observer: @escaping @Sendable (BatchEvent) -> Void) -> Batch {
        var copy = self
        copy.work.observers.append(observer)
        return copy
    }

    /// The same batch, logging what happens while it is driven: every step and every HTTP call, at level debug, without
    /// keys, headers, queries or bodies.
    ///
    /// ``BatchEvent/log(to:)`` lists the metadata.
    public func logging(to logger: Logger) -> Batch { observed { $0.log(to: logger) } }
}
