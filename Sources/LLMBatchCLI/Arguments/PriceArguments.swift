import ArgumentParser
import Foundation
import LLMBatch

/// What tokens cost, as their user knows it: no price is built in, since prices change.
struct PriceArguments: ParsableArguments {
    @Option(
        name: .customLong("price-in"), help: "The price of a million input tokens of single calls, in any currency.")
    var input: Double?

    @Option(name: .customLong("price-out"), help: "The price of a million output tokens of single calls.")
    var output: Double?

    func validate() throws {
        guard (input == nil) == (output == nil) else {
            throw ValidationError("Give --price-in and --price-out together; 0 where nothing is paid.")
        }
        // More is a slip, and could not be reckoned with.
        guard [input, output].allSatisfy({ (0...1_000_000_000).contains($0 ?? 0) }) else {
            throw ValidationError("--price-in and --price-out are numbers from 0 to 1000000000.")
        }
    }

    /// What tokens cost at these prices, less what a batch of the provider saves; nil without prices.
    ///
    /// - Parameter attempts: of the job; when they went to providers of different shares, none is taken off.
    func cost(input tokens: Int, output answered: Int, _ attempts: [Attempt]) -> Cost? {
        guard let input, let output else { return nil }
        let shares = Set(attempts.map { ProviderCatalog.standard.description(of: $0.provider.name)?.price })
        let share = shares.count == 1 ? shares.first.flatMap { $0 } : nil
        let whole = (Double(tokens) * input + Double(answered) * output) / 1_000_000
        return Cost(amount: whole * (share ?? 1), priceFactor: share)
    }
}

/// A cost as the JSON contract has it.
struct Cost: Encodable {
    let amount: Double
    /// The share of the given prices that is paid; left out when it is not known, and the whole is counted.
    let priceFactor: Double?

    var words: String {
        let share =
            switch priceFactor {
            case 1?: ""
            case let factor?: " (\(Int((factor * 100).rounded())) % of the given prices)"
            case nil: " (at the given prices; what a batch saves here is not known)"
            }
        return String(format: amount < 1 ? "%.6f" : "%.2f", amount) + share
    }
}
