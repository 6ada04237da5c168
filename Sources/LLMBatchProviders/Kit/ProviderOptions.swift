import LLMBatchCore

/// Reads a provider's options by name; an unknown or invalid one is an error.
struct ProviderOptions {
    private let provider: String
    private let options: [String: String]

    init(_ settings: ProviderSettings, of description: ProviderDescription) throws {
        let known = description.options.keys.sorted()
        provider = settings.name
        options = settings.options
        for name in options.keys.sorted() where !known.contains(name) {
            throw LLMBatchError(
                .invalidConfiguration,
                "\(provider) has no option \"\(name)\".\(Suggestion.words(for: name, among: known))",
                remedy: "It has: \(known.joined(separator: ", "))")
        }
    }

    /// More than any service allows, and small enough not to overflow.
    static let largest = 1_000_000_000_000

    func integer(_ name: String, atLeast minimum: Int = 1) throws -> Int? {
        try integer(name, in: minimum...Self.largest)
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        try options[name].map { text in
            guard let value = Int(text), range.contains(value) else {
                throw problem(
                    name, text,
                    range.upperBound == Self.largest
                        ? "a whole number, \(range.lowerBound) or more"
                        : "a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws -> Double? {
        try options[name].map { text in
            guard let value = Double(text), range.contains(value) else {
                throw problem(
                    name, text, "a number from \(Self.plain(range.lowerBound)) to \(Self.plain(range.upperBound))")
            }
            return value
        }
    }

    func unsigned(_ name: String) throws -> UInt64? {
        try options[name].map { text in
            guard let value = UInt64(text) else { throw problem(name, text, "a whole number, 0 or more") }
            return value
        }
    }

    /// A number of seconds; fractions are allowed.
    func seconds(_ name: String) throws -> Duration? {
        guard let text = options[name] else { return nil }
        guard let value = Double(text), (0...86_400).contains(value) else {
            throw problem(name, text, "a number of seconds from 0 to 86400")
        }
        return .seconds(value)
    }

    func string(_ name: String) -> String? { options[name] }

    /// `true` or `false`; false when absent.
    func flag(_ name: String) throws -> Bool {
        try options[name].map { text in
            guard let value = Bool(text) else { throw problem(name, text, "true or false") }
            return value
        } ?? false
    }

    /// One of several values; nil when absent.
    func word<Word: RawRepresentable & CaseIterable>(_ name: String) throws -> Word? where Word.RawValue == String {
        try options[name].map { text in
            guard let value = Word(rawValue: text) else {
                throw problem(name, text, Word.allCases.map(\.rawValue).joined(separator: " or "))
            }
            return value
        }
    }

    private func problem(_ name: String, _ text: String, _ wanted: String) -> LLMBatchError {
        LLMBatchError(
            .invalidConfiguration, "option \(name): \"\(text)\" is not \(wanted) (\(provider))",
            remedy: Remedy(nil, .showProvider(provider)))
    }

    /// A number without a redundant fraction.
    private static func plain(_ number: Double) -> String {
        number == number.rounded() ? String(Int(number)) : String(number)
    }
}
