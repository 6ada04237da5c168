import Foundation
import LLMBatchCore
import LLMBatchTesting
import LLMBatchSchema

/// The output types that the property test goes through.
enum Shapes {
    static let all: [any Shape.Type] = [
        String.self, Int.self, UInt64.self, Bool.self, Double.self, Sentiment.self, Stars.self, Date.self,
        [String].self,
        [String: Int].self, [[Sentiment]].self, String?.self,
        Empty.self, Flat.self, Widths.self, Numbers.self, Optionals.self, Nested.self, Deep.self, Lists.self,
        Sets.self, Dictionaries.self, KeyedDictionaries.self, Enumerations.self, Moments.self, Renamed.self,
        Unicode.self, Described.self, Tree.self, Chain.self, Mutual.self, Model.self, Submodel.self, Wrapper.self,
        Generic<Flat>.self, Handmade.self, Choice.self, Shortcut.self, Manual.self, Spread.self, Binary.self, Open.self,
        OptionalNested.self,
    ]
}

enum Sentiment: String, Shape, CaseIterable { case positive, negative, mixed = "mixed feelings", other = "à côté \"" }
enum Stars: Int, Shape, CaseIterable { case none = -1, one = 1, two, three }
enum Axis: String, Shape, CaseIterable, CodingKeyRepresentable { case x, y, z }

struct Empty: Shape {
    static func random(_ dice: inout SeededGenerator) -> Self { Self() }
}

struct Flat: Shape, Hashable {
    var title: String
    var count: Int
    var isDone: Bool
    static func random(_ dice: inout SeededGenerator) -> Self {
        Self(title: dice.any(), count: dice.any(), isDone: dice.any())
    }
}

struct Widths: Shape {
    var a: Int8, b: Int16, c: Int32, d: Int64, e: UInt8, f: UInt16, g: UInt32, h: UInt64, i: UInt
    static func random(_ dice: inout SeededGenerator) -> Self {
        Self(
            a: dice.any(), b: dice.any(), c: dice.any(), d: dice.any(), e: dice.any(), f: dice.any(), g: dice.any(),
            h: dice.any(), i: dice.any())
    }
}

struct Numbers: Shape {
    var double: Double
    var float: Float
    var decimal: Decimal
    static func random(_ dice: inout SeededGenerator) -> Self {
        Self(double: dice.any(), float: dice.any(), decimal: dice.any())
    }
}

struct Optionals: Shape {
    var text: String?
    var number: Int?
    var small: UInt8?
    var flag: Bool?
    var date: Date?
    var url: URL?
    var sentiment: Sentiment?
    var list: [Int?]?
    var flat: Flat?
    var map: [String: Double?]?
    static func random(_ dice: inout SeededGenerator) -> Self {
        Self(
            text: dice.any(), number: dice.any(), small: dice.any(), flag: dice.any(), date: dice.any(),
            url: dice.any(),
            sentiment: dice.any(), list: dice.any(), flat: dice.any(), map: dice.any())
    }
}

struct Nested: Shape {
    struct Part: Shape {
        var name: String
        var flat: Flat
        static func random(_ dice: inout SeededGenerator) -> Self { Self(name: dice.any(), flat: dice.any()) }
    }
    var part: Part
    var other: Part
    var maybe: Part?
    static func random(_ dice: inout SeededGenerator) -> Self {
        Self(part: dice.any(), other: dice.any(), maybe: dice.any())
    }
}

struct Deep: Shape {
    struct A: Shape {
        var b: B
        static func random(_ dice: inout SeededGenerator) -> Self { Self(b: dice.any()) }
    }
    struct B: Shape {
        var c: [C]
        static func random(_ dice: inout SeededGenerator) -> Self { Self(c: dice.any()) }
    }
    struct C: Shape {
        var d: [String: D]
        static func random(_ dice: inout SeededGenerator) -> Self { Self(d: dice.any()) }
    }
    struct D: Shape {
        var e: E?
        static func random(_ dice: inout SeededGenerator) -> Self { Self(e: dice.any()) }
    }
    struct E: Shape {
        var f: [[Stars]]
        static func random(_ dice: inout SeededGenerator) -> Self { Self(f: dice.any()) }
    }
    var a: A
    static func random(_ dice: inout SeededGenerator) -> Self { Self(a: dice.any()) }
}

struct Lists: Shape {
    var texts: [String]
    var numbers: [Double]
    var flats: [Flat]
    var lists: [[[Int]]]
    var gaps: [String?]
    static func random(_ dice: inout SeededGenerator) -> Self {
        Self(texts: dice.any(), numbers: dice.any(), flats: dice.any(), lists: dice.any(), gaps: dice.any())
    }
}

struct Sets: Shape {
    var words: Set<String>
    var stars: Set<Stars>
    var flats: Set<Flat>
    static func random(_ dice: inout SeededGenerator) -> Self {
        Self(words: dice.any(), stars: dice.any(), flats: dice.any())
    }
}

struct Dictionaries: Shape {
    var counts: [String: Int]
    var flats: [String: Flat]
    var lists: [String: [String]]
    var nested: [String: [String: Bool]]
    static func random(_ dice: inout SeededGenerator) -> Self {
        Self(counts: dice.any(), flats: dice.any(), lists: dice.any(), nested: dice.any())
    }
}

struct KeyedDictionaries: Shape {
    var byNumber: [Int: String]
    var byAxis: [Axis: Double]
    static func random(_ dice: inout SeededGenerator) -> Self { Self(byNumber: dice.any(), byAxis: dice.any()) }
}

struct Enumerations: Shape {
    var sentiment: Sentiment
    var stars: Stars
    var many: [Sentiment]
    var maybe: Stars?
    static func random(_ dice: inout SeededGenerator) -> Self {
        Self(sentiment: dice.any(), stars: dice.any(), many: dice.any(), maybe: dice.any())
    }
}

struct Moments: Shape {
    var created: Date
    var seen: [Date]
    var page: URL
    var id: UUID
    static func random(_ dice: inout SeededGenerator) -> Self {
        Self(created: dice.any(), seen: dice.any(), page: dice.any(), id: dice.any())
    }
}

struct Renamed: Shape {
    var firstName: String
    var shoeSize: Double?
    enum CodingKeys: String, CodingKey {
        case firstName = "first_name"
        case shoeSize = "shoe-size (EU)"
    }
    static func random(_ dice: inout SeededGenerator) -> Self { Self(firstName: dice.any(), shoeSize: dice.any()) }
}

struct Unicode: Shape {
    var name: String
    var face: Int
    var slash: Bool
    var quote: [String: String]
    enum CodingKeys: String, CodingKey {
        case name = "名前"
        case face = "😀"
        case slash = "a/b~c"
        case quote = "\"q\" \\ %$ref"
    }
    static func random(_ dice: inout SeededGenerator) -> Self {
        Self(name: dice.any(), face: dice.any(), slash: dice.any(), quote: dice.any())
    }
}

struct Described: Shape, SchemaDescribing {
    var reasoning: String
    var verdict: Sentiment?
    static let schemaDescription: String? = "A verdict with its reasons"
    static let memberDescriptions = ["reasoning": "Think first", "verdict": "Then decide"]
    static func random(_ dice: inout SeededGenerator) -> Self { Self(reasoning: dice.any(), verdict: dice.any()) }
}

/// Holds itself through an array.
struct Tree: Shape {
    var label: String
    var children: [Tree]
    static func random(_ dice: inout SeededGenerator) -> Self { make(&dice, 4) }
    private static func make(_ dice: inout SeededGenerator, _ depth: Int) -> Self {
        Self(label: dice.any(), children: depth == 0 ? [] : (0..<dice.below(3)).map { _ in make(&dice, depth - 1) })
    }
}

/// Holds itself through an optional.
final class Chain: Shape {
    let value: Int
    let next: Chain?
    init(value: Int, next: Chain?) { self.value = value; self.next = next }
    static func random(_ dice: inout SeededGenerator) -> Chain { make(&dice, dice.below(6)) }
    private static func make(_ dice: inout SeededGenerator, _ left: Int) -> Chain {
        Chain(value: dice.any(), next: left == 0 ? nil : make(&dice, left - 1))
    }
}

/// Two types that hold each other.
struct Mutual: Shape {
    struct Other: Shape {
        var back: Mutual?
        var map: [String: Mutual]
        static func random(_ dice: inout SeededGenerator) -> Self { Self(back: nil, map: [:]) }
    }
    var others: [Other]
    static func random(_ dice: inout SeededGenerator) -> Self { make(&dice, 3) }
    private static func make(_ dice: inout SeededGenerator, _ depth: Int) -> Self {
        guard depth > 0 else { return Self(others: []) }
        return Self(
            others: (0..<dice.below(3)).map { _ in
                Other(
                    back: dice.below(2) == 0 ? nil : make(&dice, depth - 1),
                    map: dice.below(2) == 0 ? [:] : [dice.any(): make(&dice, depth - 1)])
            })
    }
}

class Model: Shape, @unchecked Sendable {
    let name: String
    required init(name: String) { self.name = name }
    class func random(_ dice: inout SeededGenerator) -> Self { Self(name: dice.any()) }
}

/// Encodes what its superclass has beside its own.
final class Submodel: Shape {
    let base: Flat
    let extra: Int?
    init(base: Flat, extra: Int?) { self.base = base; self.extra = extra }
    static func random(_ dice: inout SeededGenerator) -> Submodel { Submodel(base: dice.any(), extra: dice.any()) }
    enum CodingKeys: CodingKey { case extra }
    init(from decoder: any Decoder) throws {
        base = try Flat(from: decoder)
        extra = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(Int.self, forKey: .extra)
    }
    func encode(to encoder: any Encoder) throws {
        try base.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(extra, forKey: .extra)
    }
}

/// A value of its own that is written as what it wraps.
struct Wrapper: Shape {
    struct Score: Shape, RawRepresentable {
        var rawValue: Int
        static func random(_ dice: inout SeededGenerator) -> Self { Self(rawValue: dice.any()) }
    }
    var score: Score
    var scores: [Score]
    static func random(_ dice: inout SeededGenerator) -> Self { Self(score: dice.any(), scores: dice.any()) }
}

struct Generic<Payload: Shape>: Shape {
    var payload: Payload
    var many: [Payload]
    static func random(_ dice: inout SeededGenerator) -> Self { Self(payload: dice.any(), many: dice.any()) }
}

/// Opens containers within containers by hand.
struct Handmade: Shape {
    var street: String
    var codes: [Int]
    enum CodingKeys: CodingKey { case address, codes }
    enum AddressKeys: CodingKey { case street }
    init(street: String, codes: [Int]) { self.street = street; self.codes = codes }
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        street = try container.nestedContainer(keyedBy: AddressKeys.self, forKey: .address)
            .decode(String.self, forKey: .street)
        var list = try container.nestedUnkeyedContainer(forKey: .codes)
        codes = []
        while !list.isAtEnd { codes.append(try list.decode(Int.self)) }
    }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        var address = container.nestedContainer(keyedBy: AddressKeys.self, forKey: .address)
        try address.encode(street, forKey: .street)
        try container.encode(codes, forKey: .codes)
    }
    static func random(_ dice: inout SeededGenerator) -> Self { Self(street: dice.any(), codes: dice.any()) }
}

/// An enumeration with associated values, its schema written by hand.
enum Choice: Shape, SchemaProviding {
    case text(String)
    case number(Int)
    static var outputSchema: OutputSchema {
        get throws {
            try OutputSchema(
                json: """
                    {"anyOf":[
                      {"type":"object","properties":{"text":{"type":"object","properties":{"_0":{"type":"string"}},
                        "required":["_0"],"additionalProperties":false}},"required":["text"],"additionalProperties":false},
                      {"type":"object","properties":{"number":{"type":"object","properties":{"_0":{"type":"integer"}},
                        "required":["_0"],"additionalProperties":false}},"required":["number"],"additionalProperties":false}
                    ]}
                    """)
        }
    }
    static func random(_ dice: inout SeededGenerator) -> Self {
        dice.below(2) == 0 ? .text(dice.any()) : .number(dice.any())
    }
}

struct Shortcut: Shape {
    var choice: Choice
    var choices: [String: Choice]
    var maybe: Choice?
    static func random(_ dice: inout SeededGenerator) -> Self {
        Self(choice: dice.any(), choices: dice.any(), maybe: dice.any())
    }
}

/// Members with defaults, read by hand.
struct Manual: Shape {
    var level: Int
    var note: String
    enum CodingKeys: CodingKey { case level, note }
    init(level: Int, note: String) { self.level = level; self.note = note }
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        level = try container.decode(Int.self, forKey: .level)
        note = try container.decodeIfPresent(String.self, forKey: .note) ?? "none"
    }
    static func random(_ dice: inout SeededGenerator) -> Self { Self(level: dice.any(), note: dice.any()) }
}

struct Spread: Shape {
    var choices: [Axis: [Sentiment: Int]]
    var flags: [String: Bool?]
    static func random(_ dice: inout SeededGenerator) -> Self { Self(choices: [:], flags: dice.any()) }
    enum CodingKeys: CodingKey { case flags }
    init(choices: [Axis: [Sentiment: Int]], flags: [String: Bool?]) { self.choices = choices; self.flags = flags }
    init(from decoder: any Decoder) throws {
        choices = [:]
        flags = try decoder.container(keyedBy: CodingKeys.self).decode([String: Bool?].self, forKey: .flags)
    }
}

struct Binary: Shape {
    var data: Data
    var more: [Data?]
    static func random(_ dice: inout SeededGenerator) -> Self { Self(data: dice.any(), more: dice.any()) }
}

/// A member that may hold anything.
struct Open: Shape {
    var id: Int
    var anything: JSONValue
    static func random(_ dice: inout SeededGenerator) -> Self {
        let values: [JSONValue] = [nil, true, 7, 1.5, "é", [1, "a", nil], ["k": ["n": 1]]]
        return Self(id: dice.any(), anything: values[dice.below(values.count)])
    }
}

struct OptionalNested: Shape {
    struct Inner: Shape {
        var tags: [String]?
        var inner: Flat?
        static func random(_ dice: inout SeededGenerator) -> Self { Self(tags: dice.any(), inner: dice.any()) }
    }
    var inner: Inner?
    var inners: [Inner?]
    static func random(_ dice: inout SeededGenerator) -> Self { Self(inner: dice.any(), inners: dice.any()) }
}
