import Foundation

/// What happened to a chunk of results.
public struct IngestReport: Sendable, Hashable {
    /// Results that were stored.
    public var stored = 0
    /// Lines that were already stored.
    public var repeated = 0
    /// Results recorded as anomalies: a second line for an id, or an id that was never sent.
    public var anomalies = 0

    public init() {}
}
