import LLMBatchCore

/// Reads a provider's options by name; one that is unknown or makes no sense is a clear error.
struct ProviderOptions {
    private let provider: String
    private let options: [String: String]

    init(_ settings: ProviderSettings, known: [String]) throws {
        provider = settings.name
        options = settings.options
        for name in options.keys.sorted() where !known.contains(name) {
            throw LLMBatchError(
                .invalidConfiguration, "\(provider) has no option \"\(name)\"",
                hint: "It has: \(known.sorted().joined(separator: ", "))")
        }
    }

    func integer(_ name: String, atLeast minimum: Int = 1) throws -> Int? {
        try options[name].map { text in
            guard let value = Int(text), value >= minimum else {
                throw problem(name, text, "a whole number, \(minimum) or more")
            }
            return value
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        try options[name].map { text in
            guard let value = Int(text), range.contains(value) else {
                throw problem(name, text, "a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws -> Double? {
        try options[name].map { text in
            guard let value = Double(text), range.contains(value) else {
                throw problem(name, text, "a number from \(range.lowerBound) to \(range.upperBound)")
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

    /// A number of seconds, fractions allowed.
    func seconds(_ name: String) throws -> Duration? {
        try number(name, in: 0...86_400).map { .seconds($0) }
    }

    func string(_ name: String) -> String? { options[name] }

    /// `true` or `false`; false when it is not given.
    func flag(_ name: String) throws -> Bool {
        try options[name].map { text in
            guard let value = Bool(text) else { throw problem(name, text, "true or false") }
            return value
        } ?? false
    }

    /// One of a few words; nil when it is not given.
    func word<Word: RawRepresentable & CaseIterable>(_ name: String) throws -> Word? where Word.RawValue == String {
        try options[name].map { text in
            guard let value = Word(rawValue: text) else {
                throw problem(name, text, Word.allCases.map(\.rawValue).joined(separator: " or "))
            }
            return value
        }
    }

    private func problem(_ name: String, _ text: String, _ wanted: String) -> LLMBatchError {
        LLMBatchError(.invalidConfiguration, "option \(name) of \(provider) is \"\(text)\", but must be \(wanted)")
    }
}
