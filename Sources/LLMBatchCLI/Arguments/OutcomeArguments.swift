import ArgumentParser
import LLMBatch

/// Which outcomes are meant.
struct OutcomeArguments: ParsableArguments {
    @Option(
        help: "Only these outcomes, separated by commas: \(Outcome.allCases.words).",
        transform: { try Outcome.set(of: $0, among: Outcome.allCases) })
    var outcome: Set<Outcome>?
}

/// Which outcomes are asked again.
struct UnsuccessfulArguments: ParsableArguments {
    @Option(
        help: "Only these outcomes, separated by commas: \(Outcome.allUnsuccessful.words).",
        transform: { try Outcome.set(of: $0, among: Outcome.allUnsuccessful) })
    var outcome: Set<Outcome>?
}

extension Outcome {
    /// In the order in which they are always told.
    static let allUnsuccessful = allCases.filter { unsuccessful.contains($0) }

    /// Reads outcomes that are separated by commas.
    static func set(of text: String, among known: [Outcome]) throws -> Set<Outcome> {
        let outcomes = try text.split(separator: ",").map { word in
            let word = String(word.trimmingPrefix(" "))
            guard let outcome = Outcome(rawValue: word), known.contains(outcome) else {
                throw ValidationError(
                    "\"\(word)\" is not an outcome here; use \(known.words)."
                        + Suggestion.words(for: word == "failed" ? "errored" : word, among: known.map(\.rawValue)))
            }
            return outcome
        }
        guard !outcomes.isEmpty else { throw ValidationError("--outcome names no outcome.") }
        return Set(outcomes)
    }
}

extension [Outcome] {
    fileprivate var words: String { map(\.rawValue).joined(separator: ", ") }
}
