import LLMBatchCore
import Foundation

/// Generates numbers that match their bounds and steps.
enum MadeNumber {
    /// The first of several candidates that matches; the first one if none does.
    static func number(_ node: JSONNode, isWhole: Bool, seed: Int) -> JSONNode {
        func bound(_ keyword: String) -> Decimal? {
            node[keyword]?.literal.flatMap { Decimal(string: $0, locale: Locale(identifier: "en_US_POSIX")) }
        }
        let low = bound("minimum") ?? bound("exclusiveMinimum")
        let high = bound("maximum") ?? bound("exclusiveMaximum")
        var candidates: [Decimal] = []
        if let step = bound("multipleOf"), step > 0 {
            let first = low.map { rounded($0 / step, .up) } ?? high.map { rounded($0 / step, .down) } ?? Decimal(seed)
            candidates += [-1, 0, 1, 2].map { (first + Decimal($0)) * step } + [0]
        }
        if let low { candidates += [low, low + 1, rounded(low, .up), rounded(low, .up) + 1] }
        if let high { candidates += [high, high - 1, rounded(high, .down), rounded(high, .down) - 1] }
        if let low, let high { candidates += [(low + high) / 2, low + (high - low) / 1_000] }
        if let low { candidates.append(low + Decimal(sign: .plus, exponent: -6, significand: 1)) }
        if let high { candidates.append(high - Decimal(sign: .plus, exponent: -6, significand: 1)) }
        candidates.append(Decimal(seed))
        let literals =
            [node["minimum"]?.literal, node["maximum"]?.literal].compactMap { $0 }
            + (low == nil && high == nil ? [String(seed)] : []) + candidates.map { "\($0)" }
        let fitting = literals.first { fits($0, node, isWhole: isWhole) }
        return .number(fitting ?? literals[0])
    }

    private static func rounded(_ value: Decimal, _ mode: NSDecimalNumber.RoundingMode) -> Decimal {
        var (value, result) = (value, Decimal())
        NSDecimalRound(&result, &value, 0, mode)
        return result
    }

    /// True when a literal matches the number keywords of a schema.
    static func fits(_ literal: String, _ node: JSONNode, isWhole: Bool) -> Bool {
        guard (try? JSONNode(Array(literal.utf8)))?.literal != nil else { return false }
        let number = JSONNumber(literal)
        func bound(_ keyword: String) -> JSONNumber? { node[keyword]?.literal.map(JSONNumber.init) }
        if isWhole, !number.isWhole { return false }
        if let least = bound("minimum"), number < least { return false }
        if let most = bound("maximum"), most < number { return false }
        if let least = bound("exclusiveMinimum"), !(least < number) { return false }
        if let most = bound("exclusiveMaximum"), !(number < most) { return false }
        return bound("multipleOf").map(number.isMultiple) ?? true
    }
}
