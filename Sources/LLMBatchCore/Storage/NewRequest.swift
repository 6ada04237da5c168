import Foundation

/// A request to be stored.
public struct NewRequest: Sendable, Hashable, Codable {
    /// The position of the request in the batch, from 0.
    public var position: Int
    /// The line of the source file, from 1; nil for a request built in code.
    public var sourceLine: Int?
    /// The request.
    public var request: BatchRequest

    public init(position: Int, sourceLine: Int?, request: BatchRequest) {
        self.position = position
        self.sourceLine = sourceLine
        self.request = request
    }
}
