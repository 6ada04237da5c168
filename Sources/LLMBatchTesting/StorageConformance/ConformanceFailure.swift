/// A promise that a storage did not keep.
public struct ConformanceFailure: Error, Sendable, CustomStringConvertible {
    /// What was asked for.
    public let expected: String
    /// What the storage did instead.
    public let actual: String
    /// What was looked at, with the seed where the case is randomised.
    public let context: String
    /// Where in the suite it was asked, as "module/file.swift:line".
    public let place: String

    package init(expected: String, actual: String, context: String, fileID: StaticString, line: UInt) {
        self.expected = Self.bounded(expected)
        self.actual = Self.bounded(actual)
        self.context = context
        place = "\(fileID):\(line)"
    }

    /// In words, safe to show.
    public var description: String {
        "\(context.isEmpty ? "" : "\(context): ")expected \(expected), but got \(actual) (\(place))"
    }

    /// The same failure, told after what led to it.
    package func after(_ history: String) -> ConformanceFailure {
        ConformanceFailure(expected: expected, actual: actual, context: "\(history): \(context)", place: place)
    }

    private init(expected: String, actual: String, context: String, place: String) {
        self.expected = expected
        self.actual = actual
        self.context = context
        self.place = place
    }

    /// Lines of a megabyte must not fill the log.
    private static func bounded(_ text: String) -> String {
        text.utf8.count <= 1500 ? text : "\(text.prefix(1500))…"
    }
}
