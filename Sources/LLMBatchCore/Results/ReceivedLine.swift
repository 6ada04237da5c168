import Foundation

/// A parsed line of a provider's results.
public enum ReceivedLine: Sendable, Hashable {
    /// A line that names its request.
    case result(IncomingResult)
    /// A line that cannot be read, with the id of its request where that is still readable.
    ///
    /// `isCut` is true for the last line of a file that does not end with a line feed. The rest of it may still arrive,
    /// so the request is not failed while results are checked again, and no checkpoint passes the line.
    case unreadable(
        source: ResultSource, reason: String, line: [UInt8], customID: CustomID? = nil, isCut: Bool = false)
}
