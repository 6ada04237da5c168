import Foundation
import LLMBatchCore
import LLMBatchSchema
import Testing

@Suite("Schemas derived from types")
struct DerivedSchemaTests {
    private func derived<T: Decodable>(_ type: T.Type) throws -> String {
        try OutputSchema.derived(from: type).description
    }

    /// The error's text; fails when there is none.
    private func refusal<T: Decodable>(_ type: T.Type) throws -> String {
        let error = #expect(throws: LLMBatchError.self) { try OutputSchema.derived(from: type) }
        #expect(error?.code == .invalidConfiguration)
        return try #require(error?.description)
    }

    @Test("Members keep the order of the type, optionals are not required, types are closed")
    func order() throws {
        #expect(
            try derived(Renamed.self) == """
                {"type":"object","properties":{"first_name":{"type":"string"},"shoe-size (EU)":{"type":["number","null"]}},\
                "required":["first_name"],"additionalProperties":false}
                """)
        #expect(
            try derived(Empty.self) == #"{"type":"object","properties":{},"required":[],"additionalProperties":false}"#)
    }

    @Test("Scalars have the schema of their type")
    func scalars() throws {
        #expect(try derived(Int.self) == #"{"type":"integer"}"#)
        #expect(try derived(UInt8.self) == #"{"type":"integer","minimum":0,"maximum":255}"#)
        #expect(try derived(Int32.self) == #"{"type":"integer","minimum":-2147483648,"maximum":2147483647}"#)
        #expect(try derived(UInt64.self) == #"{"type":"integer","minimum":0}"#)
        #expect(try derived(Date?.self) == #"{"type":["string","null"],"format":"date-time"}"#)
        #expect(try derived(Stars.self) == #"{"type":"integer","enum":[-1,1,2,3]}"#)
        #expect(try derived([String: Bool].self) == #"{"type":"object","additionalProperties":{"type":"boolean"}}"#)
        #expect(
            try derived([Axis: Int].self)
                == #"{"type":"object","additionalProperties":{"type":"integer"},"propertyNames":{"enum":["x","y","z"]}}"#
        )
    }

    @Test("Descriptions are by coding key, and one for an unknown member is rejected")
    func descriptions() throws {
        struct Typo: Codable, SchemaDescribing {
            var verdict: String
            static let memberDescriptions = ["verdikt": "?"]
        }
        #expect(
            try derived(Described.self) == """
                {"type":"object","properties":{"reasoning":{"type":"string","description":"Think first"},\
                "verdict":{"anyOf":[{"type":"string","enum":["positive","negative","mixed feelings","à côté \\""]},\
                {"type":"null"}],"description":"Then decide"}},"required":["reasoning"],"additionalProperties":false,\
                "description":"A verdict with its reasons"}
                """)
        #expect(try refusal(Typo.self).contains("verdikt"))
    }

    @Test("A recursive type gets a definition")
    func recursion() throws {
        let tree = """
            {"type":"object","properties":{"label":{"type":"string"},"children":{"type":"array","items":\
            {"$ref":"#/$defs/Tree"}}},"required":["label","children"],"additionalProperties":false
            """
        #expect(try derived(Tree.self) == tree + #","$defs":{"Tree":"# + tree + "}}}")
        #expect(
            try derived([Tree].self) == ##"{"type":"array","items":{"$ref":"#/$defs/Tree"},"$defs":{"Tree":"## + tree
                + "}}}")
    }

    @Test("The same type gives the same bytes, and a stored schema equals it")
    func determinism() throws {
        for type in Shapes.all {
            let schema = try OutputSchema.derived(from: type)
            #expect(try OutputSchema.derived(from: type).json == schema.json)
            #expect(try OutputSchema(json: schema.json).json == schema.json)
            let stored = try JSONDecoder().decode([OutputSchema].self, from: JSONEncoder().encode([schema]))
            #expect(stored == [schema])
        }
    }

    @Test("A class includes the members of its superclass")
    func classes() throws {
        class Base: Codable { var id = 1 }
        final class Sub: Base {
            var name = ""
            enum CodingKeys: CodingKey { case name }
            required init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                name = try container.decode(String.self, forKey: .name)
                try super.init(from: container.superDecoder())
            }
        }
        let schema = try OutputSchema.derived(from: Sub.self)
        #expect(schema.validate(Array(#"{"name":"a","super":{"id":7}}"#.utf8)).isEmpty)
        #expect(schema.validate(Array(#"{"name":"a","super":{}}"#.utf8)).map(\.path) == ["/super/id"])
    }

    // MARK: - What cannot be seen through

    @Test("Enumerations that cannot be listed are rejected with a remedy")
    func enumerations() throws {
        enum Unlisted: String, Codable { case good, bad }
        enum Associated: Codable { case text(String), number(Int) }
        struct Holder: Codable { var kind: Unlisted? }
        let unlisted = try refusal(Holder.self)
        #expect(unlisted.contains("Unlisted at kind") && unlisted.contains("Conform it to CaseIterable"), "\(unlisted)")
        let associated = try refusal([String: Associated].self)
        #expect(associated.contains("Associated") && associated.contains("SchemaProviding"), "\(associated)")
    }

    @Test("Decoders that validate, branch, or read a fixed list are rejected by name and place")
    func opaque() throws {
        struct Percent: Codable {
            var value: Int
            init(from decoder: any Decoder) throws {
                value = try decoder.singleValueContainer().decode(Int.self)
                guard value > 50 else {
                    throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "too small"))
                }
            }
        }
        struct Either: Decodable {
            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                _ = container.decodeNil() ? "" : try container.decode(String.self)
            }
        }
        struct Keys: Decodable {
            struct Key: CodingKey {
                var stringValue: String
                var intValue: Int? { nil }
                init?(stringValue: String) { self.stringValue = stringValue }
                init?(intValue: Int) { nil }
            }
            init(from decoder: any Decoder) throws { _ = try decoder.container(keyedBy: Key.self).allKeys.count }
        }
        struct Outer: Decodable { var inner: Inner }
        struct Inner: Decodable { var percents: [Percent] }
        let percent = try refusal(Outer.self)
        #expect(percent.contains("Percent at inner.percents") && percent.contains("too small"), "\(percent)")
        #expect(try refusal(Either.self).contains("inspects its value"))
        #expect(try refusal(Keys.self).contains("asks for all members"))
        #expect(try refusal(Range<Int>.self).contains("fixed number of elements"))
        #expect(try refusal([Sentiment: Int].self).contains("keys"))
    }

    @Test("A type that swallows its decoder's errors does not get a wrong schema")
    func swallowed() throws {
        struct Lossy: Decodable {
            var numbers: [Range<Int>] = []
            init(from decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                while !list.isAtEnd { if let found = try? list.decode(Range<Int>.self) { numbers.append(found) } }
            }
        }
        #expect(try refusal(Lossy.self).contains("Range<Int>"))
    }

    @Test("Endlessly nested types are rejected")
    func endless() throws {
        final class Loop: Codable { var next: Loop; init(next: Loop) { self.next = next } }
        // Each one holds another type than itself.
        struct Growing<T>: Decodable {
            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                while !container.isAtEnd { _ = try container.decode(Growing<[T]>.self) }
            }
        }
        #expect(try refusal(Loop.self).contains("contains itself directly"))
        #expect(try refusal(Growing<Int>.self).contains("are nested deeper"))
    }

    @Test("A schema that would grow too large is rejected")
    func explosion() throws {
        final class Twice<T: Codable>: Codable { var one: T, two: T, three: T, four: T }
        typealias Four = Twice<Twice<Twice<Twice<Int>>>>
        typealias Twelve = Twice<Twice<Twice<Twice<Twice<Twice<Twice<Twice<Four>>>>>>>>
        #expect(try refusal(Twelve.self).contains("parts"))
    }

    @Test("A handwritten schema is part of its container's; one without an example that decodes is reported")
    func handWritten() throws {
        struct Even: Codable, SchemaProviding {
            var value: Int
            init(from decoder: any Decoder) throws {
                value = try decoder.singleValueContainer().decode(Int.self)
                if value % 2 != 0 { throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "odd")) }
            }
            static var outputSchema: OutputSchema {
                get throws { try OutputSchema(json: #"{"type":"integer","multipleOf":2}"#) }
            }
        }
        struct Example: Codable, SchemaProviding {
            var even: Even
            init(from decoder: any Decoder) throws { even = try Even(from: decoder) }
            static var outputSchema: OutputSchema {
                get throws { try OutputSchema(json: #"{"type":"integer","multipleOf":2,"examples":[4]}"#) }
            }
        }
        struct Holder: Codable { var even: Even }
        /// Nothing in its schema says which value it takes.
        struct Secret: Codable, SchemaProviding {
            var value: Int
            init(from decoder: any Decoder) throws {
                value = try decoder.singleValueContainer().decode(Int.self)
                if value != 4_711 {
                    throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "other"))
                }
            }
            static var outputSchema: OutputSchema { get throws { try OutputSchema(json: #"{"type":"integer"}"#) } }
        }
        struct Keeper: Codable { var secret: Secret }
        struct Good: Codable { var even: Example }
        #expect(try refusal(Keeper.self).contains("examples"))
        #expect(try derived(Holder.self).contains(#""even":{"type":"integer","multipleOf":2}"#))
        #expect(try derived(Even.self) == #"{"type":"integer","multipleOf":2}"#)
        #expect(try derived(Good.self).contains(#""even":{"type":"integer","multipleOf":2,"examples":[4]}"#))
    }
}

@Suite("Enumerations that cannot be listed")
struct UnlistedEnumerationTests {
    struct Letters: Codable { enum Kind: String, Codable { case a, b, c, d }; var kind: Kind }
    struct Stars: Codable { enum Kind: Int, Codable { case one = 1, two, three }; var kinds: [Kind] }
    struct Tens: Codable { enum Kind: Int8, Codable { case ten = 10, twenty = 20 }; var kind: Kind? }
    struct Halves: Codable { enum Kind: Double, Codable { case one = 1.0, half = 0.5 }; var kind: [String: Kind] }
    struct Spelt: Codable {
        enum Kind: Codable {
            case a, b
            init(from decoder: any Decoder) throws {
                switch try decoder.singleValueContainer().decode(String.self) {
                case "a": self = .a
                case "b": self = .b
                default: throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "neither"))
                }
            }
        }
        var kind: Kind
    }
    /// Any text will do for it, or any number.
    struct Open: Codable {
        struct Tag: RawRepresentable, Codable { var rawValue: String }
        struct Mask: OptionSet, Codable { var rawValue: Int }
        struct Slug: Codable {
            var text: String;
            init(from d: any Decoder) throws { text = try d.singleValueContainer().decode(String.self) }
        }
        var tag: Tag, mask: Mask, slug: Slug
    }

    @Test("An enumeration whose raw value equals the placeholder is rejected like any other")
    func refused() throws {
        for type in [Letters.self, Stars.self, Tens.self, Halves.self] as [any Decodable.Type] {
            let error = #expect(throws: LLMBatchError.self) { try OutputSchema.derived(from: type) }
            #expect(
                error?.remedy?.description.contains("CaseIterable") == true,
                "\(type): \(error?.description ?? "derived")")
        }
        #expect(throws: LLMBatchError.self) { try OutputSchema.derived(from: Spelt.self) }
        _ = try OutputSchema.derived(from: Open.self)
    }
}
