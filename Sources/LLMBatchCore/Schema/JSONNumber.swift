/// A JSON number that compares exactly where it is whole.
struct JSONNumber {
    private let literal: String
    /// The number when it has no fraction and is not far beyond what integers hold.
    let whole: Int128?

    init(_ literal: String) {
        self.literal = literal
        whole = Int128(literal) ?? Double(literal).flatMap { Int128(exactly: $0) }
    }

    var isWhole: Bool { whole != nil || (Double(literal).map { $0.isFinite && $0.rounded() == $0 } ?? false) }

    var double: Double { Double(literal) ?? .nan }

    static func == (one: JSONNumber, other: JSONNumber) -> Bool {
        if let first = one.whole, let second = other.whole { first == second } else { one.double == other.double }
    }

    static func < (one: JSONNumber, other: JSONNumber) -> Bool {
        if let first = one.whole, let second = other.whole { first < second } else { one.double < other.double }
    }

    /// True when it is a whole number of `step`s; of fractions, as near as a `Double` can tell.
    func isMultiple(of step: JSONNumber) -> Bool {
        if let whole, let step = step.whole { return step != 0 && whole % step == 0 }
        let quotient = double / step.double
        return quotient.isFinite && abs(quotient - quotient.rounded()) <= 1e-9 * max(1, abs(quotient))
    }
}

extension JSONNode {
    /// Equal as JSON values: the order of members and the spelling of numbers do not matter.
    func isSameValue(as other: JSONNode) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.bool(let one), .bool(let two)): one == two
        case (.number(let one), .number(let two)): JSONNumber(one) == JSONNumber(two)
        case (.string(let one), .string(let two)): one.hasSameBytes(as: two)
        case (.array(let one), .array(let two)):
            one.count == two.count && zip(one, two).allSatisfy { $0.isSameValue(as: $1) }
        case (.object(let one), .object(let two)):
            one.count == two.count && one.allSatisfy { other[$0.key].map($0.value.isSameValue) ?? false }
        default: false
        }
    }
}
