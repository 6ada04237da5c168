/// A promise that a storage or a provider broke.
public struct ConformanceFailure: Error, Sendable, CustomStringConvertible {
    /// What the case expected.
    public let expected: String
    /// What happened instead.
    public let actual: String
    /// What the case checked, with the seed if it is randomized.
    public let context: String
    /// Where the check is in the suite, as "module/file.swift:line".
    public let place: String

    package init(expected: String, actual: String, context: String, fileID: StaticString, line: UInt) {
        self.expected = Self.bounded(expected)
        self.actual = Self.bounded(actual)
        self.context = context
        place = "\(fileID):\(line)"
    }

    public var description: String {
        "\(context.isEmpty ? "" : "\(context): ")expected \(expected), but got \(actual) (\(place))"
    }

    /// The same failure, with the history that led to it.
    package func after(_ history: String) -> ConformanceFailure {
        ConformanceFailure(expected: expected, actual: actual, context: "\(history): \(context)", place: place)
    }

    private init(expected: String, actual: String, context: String, place: String) {
        self.expected = expected
        self.actual = actual
        self.context = context
        self.place = place
    }

    /// Keeps long lines from filling the log.
    private static func bounded(_ text: String) -> String {
        text.utf8.count <= 1500 ? text : "\(text.prefix(1500))…"
    }
}
