import ArgumentParser
import Foundation
import LLMBatch

/// Token prices, given by the user: none are built in, since prices change.
struct PriceArguments: ParsableArguments {
    @Option(
        name: .customLong("price-in"), help: "Price of a million input tokens for single calls, in any currency.")
    var input: Double?

    @Option(name: .customLong("price-out"), help: "Price of a million output tokens for single calls.")
    var output: Double?

    func validate() throws {
        guard (input == nil) == (output == nil) else {
            throw ValidationError("Give --price-in and --price-out together; use 0 for what is free.")
        }
        // A larger number is a typing error, and would overflow.
        guard [input, output].allSatisfy({ (0...1_000_000_000).contains($0 ?? 0) }) else {
            throw ValidationError("--price-in and --price-out must be from 0 to 1,000,000,000.")
        }
    }

    /// The cost of tokens at these prices, with the provider's batch discount; nil without prices.
    ///
    /// - Parameter attempts: of the job; if their providers have different discounts, none is applied.
    func cost(input tokens: Int, output answered: Int, _ attempts: [Attempt]) -> Cost? {
        guard let input, let output else { return nil }
        let shares = Set(attempts.map { ProviderCatalog.standard.description(of: $0.provider.name)?.price })
        let share = shares.count == 1 ? shares.first.flatMap { $0 } : nil
        let whole = (Double(tokens) * input + Double(answered) * output) / 1_000_000
        return Cost(amount: whole * (share ?? 1), priceFactor: share)
    }
}

/// A cost in the form of the JSON contract.
struct Cost: Encodable {
    let amount: Double
    /// The share of the given prices that is paid; left out if unknown, in which case full prices apply.
    let priceFactor: Double?

    var text: String {
        let share =
            switch priceFactor {
            case 1?: ""
            case let factor?: " (\(Int((factor * 100).rounded()))% of the given prices)"
            case nil: " (at the given prices; the batch discount is unknown)"
            }
        return String(format: amount < 1 ? "%.6f" : "%.2f", amount) + share
    }
}
