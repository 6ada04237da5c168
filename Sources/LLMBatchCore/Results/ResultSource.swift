import Foundation

/// The position of a result, which distinguishes the same line, fetched again, from a second line for the same request.
public struct ResultSource: Sendable, Hashable, Codable {
    /// `output` or `error` for a provider's files, `answer` for a realtime call.
    public var file: String
    /// The line, from 1; 0 where there are no lines.
    public var line: Int

    public init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    /// A realtime answer.
    package static let answer = ResultSource(file: "answer", line: 0)
}
