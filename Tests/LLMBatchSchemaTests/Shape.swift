import Foundation
import LLMBatchCore
import LLMBatchTesting
import LLMBatchSchema

/// An output type with random values.
protocol Shape: Codable, Sendable {
    static func random(_ dice: inout SeededGenerator) -> Self
}

extension SeededGenerator {
    /// A random value of the type that is wanted.
    mutating func any<T: Shape>() -> T { T.random(&self) }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

extension Bool: Shape {
    static func random(_ dice: inout SeededGenerator) -> Bool { dice.below(2) == 0 }
}

extension FixedWidthInteger where Self: Shape {
    /// Often one of the ends, where mistakes are.
    static func random(_ dice: inout SeededGenerator) -> Self {
        switch dice.below(8) {
        case 0: .min
        case 1: .max
        case 2: 0
        default: Self(truncatingIfNeeded: dice.next())
        }
    }
}

extension Int: Shape {}
extension Int8: Shape {}
extension Int16: Shape {}
extension Int32: Shape {}
extension Int64: Shape {}
extension UInt: Shape {}
extension UInt8: Shape {}
extension UInt16: Shape {}
extension UInt32: Shape {}
extension UInt64: Shape {}

extension Double: Shape {
    static func random(_ dice: inout SeededGenerator) -> Double {
        switch dice.below(5) {
        case 0: 0
        case 1: Double(dice.below(2_000_000) - 1_000_000)
        case 2: Double(dice.below(2_000_000) - 1_000_000) * 1e-20
        case 3: Double(dice.below(2_000_000) - 1_000_000) * 1e200
        default: Double(Int64(bitPattern: dice.next())) / 1024
        }
    }
}

extension Float: Shape {
    static func random(_ dice: inout SeededGenerator) -> Float { Float(dice.below(1_000_000) - 500_000) / 128 }
}

extension Decimal: Shape {
    static func random(_ dice: inout SeededGenerator) -> Decimal { Decimal(dice.below(1_000_000) - 500_000) / 100 }
}

extension String: Shape {
    private static let pieces = [
        "", "a", "Ω", "é", "e\u{301}", "😀", "\"", "\\", "/", "\n", "\u{1}", " ", "null", "0", "👩‍👩‍👧",
    ]

    static func random(_ dice: inout SeededGenerator) -> String {
        (0..<dice.below(6)).map { _ in pieces[dice.below(pieces.count)] }.joined()
    }
}

extension Date: Shape {
    static func random(_ dice: inout SeededGenerator) -> Date {
        // From the year 1 (which Python's dates begin with) to 9999.
        let seconds = Double(dice.below(315_000_000_000) - 62_000_000_000)
        return Date(timeIntervalSince1970: dice.below(2) == 0 ? seconds : seconds + Double(dice.below(1000)) / 1000)
    }
}

extension URL: Shape {
    static func random(_ dice: inout SeededGenerator) -> URL {
        let texts = [
            "https://example.com/a%20b?q=1&r=%C3%A9#top", "mailto:a@example.com", "urn:isbn:0451450523",
            "http://[::1]:8080/", "file:///tmp/x", "https://user@host.example:1/~a/b;c=1",
        ]
        return URL(string: texts[dice.below(texts.count)]) ?? URL(filePath: "/")
    }
}

extension UUID: Shape {
    static func random(_ dice: inout SeededGenerator) -> UUID {
        let bytes = (0..<16).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
        return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}

extension Data: Shape {
    static func random(_ dice: inout SeededGenerator) -> Data {
        Data((0..<dice.below(10)).map { _ in UInt8(truncatingIfNeeded: dice.next()) })
    }
}

extension Optional: Shape where Wrapped: Shape {
    static func random(_ dice: inout SeededGenerator) -> Wrapped? { dice.below(3) == 0 ? nil : Wrapped.random(&dice) }
}

extension Array: Shape where Element: Shape {
    static func random(_ dice: inout SeededGenerator) -> [Element] {
        (0..<dice.below(4)).map { _ in Element.random(&dice) }
    }
}

extension Set: Shape where Element: Shape {
    static func random(_ dice: inout SeededGenerator) -> Set<Element> { Set([Element].random(&dice)) }
}

extension Dictionary: Shape where Key: Shape, Value: Shape {
    static func random(_ dice: inout SeededGenerator) -> [Key: Value] {
        var made: [Key: Value] = [:]
        for _ in 0..<dice.below(4) { made[Key.random(&dice)] = Value.random(&dice) }
        return made
    }
}

extension Shape where Self: CaseIterable {
    static func random(_ dice: inout SeededGenerator) -> Self {
        let cases = Array(allCases)
        return cases[dice.below(cases.count)]
    }
}
