import ArgumentParser
import LLMBatch

/// Which outcomes are meant.
struct OutcomeArguments: ParsableArguments {
    @Option(
        help: "Only these outcomes, separated by commas: \(Outcome.allCases.map(\.rawValue).joined(separator: ", ")).",
        transform: { text in
            let words = text.split(separator: ",").map { $0.trimmingPrefix(" ") }
            let outcomes = try words.map { word in
                guard let outcome = Outcome(rawValue: String(word)) else {
                    throw ValidationError("\"\(word)\" is not an outcome.")
                }
                return outcome
            }
            guard !outcomes.isEmpty else { throw ValidationError("--outcome names no outcome.") }
            return Set(outcomes)
        })
    var outcome: Set<Outcome>?
}
