import ArgumentParser
import LLMBatch

/// The outcomes to select.
struct OutcomeArguments: ParsableArguments {
    @Option(
        help: "Only these outcomes (comma-separated): \(Outcome.allCases.list).",
        transform: { try Outcome.set(of: $0, among: Outcome.allCases) })
    var outcome: Set<Outcome>?
}

/// The outcomes to retry.
struct UnsuccessfulArguments: ParsableArguments {
    @Option(
        help: "Only these outcomes (comma-separated): \(Outcome.allUnsuccessful.list).",
        transform: { try Outcome.set(of: $0, among: Outcome.allUnsuccessful) })
    var outcome: Set<Outcome>?
}

extension Outcome {
    /// In the order in which they are always listed.
    static let allUnsuccessful = allCases.filter { unsuccessful.contains($0) }

    /// Parses a comma-separated list of outcomes.
    static func set(of text: String, among known: [Outcome]) throws -> Set<Outcome> {
        let outcomes = try text.split(separator: ",").map { word in
            let word = String(word.trimmingPrefix(" "))
            guard let outcome = Outcome(rawValue: word), known.contains(outcome) else {
                throw ValidationError(
                    "\"\(word)\" is not a valid outcome; use \(known.list)."
                        + Suggestion.words(for: word == "failed" ? "errored" : word, among: known.map(\.rawValue)))
            }
            return outcome
        }
        guard !outcomes.isEmpty else { throw ValidationError("--outcome names no outcome.") }
        return Set(outcomes)
    }
}

extension [Outcome] {
    fileprivate var list: String { map(\.rawValue).joined(separator: ", ") }
}
