import Foundation
import LLMBatchCore
import LLMBatchTesting
import LLMBatchSchema
import Testing

@Suite("Decoding outputs")
struct OutputDecoderTests {
    private func violations<T: Codable>(_ type: T.Type, _ json: String) throws -> [String] {
        let schema = try OutputSchema.derived(from: type)
        do {
            _ = try OutputDecoder.decode(type, from: Array(json.utf8), schema: schema)
            return []
        } catch { return error.violations.map(\.description) }
    }

    @Test("Dates are RFC 3339 in any zone, with any fraction")
    func dates() throws {
        let schema = try OutputSchema.derived(from: Date.self)
        func date(_ text: String) throws -> Double {
            try OutputDecoder.decode(Date.self, from: Array("\"\(text)\"".utf8), schema: schema).timeIntervalSince1970
        }
        #expect(try date("1970-01-01T00:00:00Z") == 0)
        #expect(try date("1970-01-01t01:00:00.5+01:00") == 0.5)
        #expect(try date("2000-03-01T00:00:00-00:30") == 951_870_600)
        #expect(try date("2016-12-31T23:59:60Z") == 1_483_228_800)
        #expect(try date("0001-01-01T00:00:00Z") == -62_135_596_800)
        func text(_ seconds: Double) throws -> String {
            String(decoding: try OutputEncoder.encode(Date(timeIntervalSince1970: seconds)), as: UTF8.self)
        }
        #expect(try text(0) == #""1970-01-01T00:00:00Z""#)
        #expect(try text(-0.001) == #""1969-12-31T23:59:59.999Z""#)
        #expect(try text(951_782_400.25) == #""2000-02-29T00:00:00.250Z""#)
        #expect(try text(253_402_300_799) == #""9999-12-31T23:59:59Z""#)
        #expect(throws: EncodingError.self) { try text(253_402_300_800) }
        #expect(throws: EncodingError.self) { try text(.infinity) }
        #expect(throws: EncodingError.self) { try text(.nan) }
    }

    @Test("Days agree with Foundation's calendar")
    func calendar() throws {
        let schema = try OutputSchema.derived(from: Date.self)
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var dice = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            // Foundation's calendar turns Julian before 1582.
            let date = Date(timeIntervalSince1970: Double(dice.below(260_000_000_000) - 12_000_000_000).rounded())
            guard date.timeIntervalSince1970 < 253_402_300_800 else { continue }
            let theirs = "\"" + date.formatted(Date.ISO8601FormatStyle()) + "\""
            let ours = String(decoding: try OutputEncoder.encode(date), as: UTF8.self)
            #expect(ours == theirs, "seed \(seed)")
            #expect(
                try OutputDecoder.decode(Date.self, from: Array(theirs.utf8), schema: schema) == date, "seed \(seed)")
        }
    }

    /// The example of the documentation.
    struct City: Codable {
        var name: String
        var population: Int?
    }

    @Test("Mismatches are reported with their place")
    func wrong() throws {
        #expect(try violations(Flat.self, #"{"title":"a","count":1,"isDone":true}"#).isEmpty)
        #expect(try violations(Flat.self, #"{"title":"a","count":1}"#) == ["/isDone: is missing"])
        #expect(
            try violations(Flat.self, #"{"title":null,"count":1,"isDone":true}"#) == [
                "/title: expected string, found null"
            ])
        #expect(
            try violations(Flat.self, #"{"title":"a","count":1,"isDone":true,"x":1}"#) == ["/x: is not a known member"])
        #expect(
            try violations(Flat.self, #"{"title":"a","count":1,"count":2,"isDone":true}"#) == ["/count: appears twice"])
        #expect(try violations(Flat.self, "{").first?.hasPrefix("not JSON: ") == true)
        #expect(
            try violations(City.self, #"{"population":"many"}"#) == [
                "/name: is missing", "/population: expected integer or null, found a string",
            ])
        #expect(try violations([UInt8].self, "[256]") == ["/0: above 255"])
        #expect(try violations(Stars.self, "7") == ["not one of the 4 allowed values"])
    }

    @Test("Numbers beyond their type are reported, even without bounds in the schema")
    func beyond() throws {
        #expect(try violations([Int].self, "[9223372036854775807]").isEmpty)
        #expect(try violations([Int].self, "[1, 9223372036854775808]").first?.hasPrefix("/1: ") == true)
        #expect(try violations([Double].self, "[1e999]").first?.hasPrefix("/0: ") == true)
        #expect(try violations([Float].self, "[1e39]").first?.hasPrefix("/0: ") == true)
        #expect(try violations([Int].self, "[1e3, 2.0]").isEmpty)
    }

    @Test("A rejection by the type itself is reported without quoting the answer")
    func refusedByType() throws {
        struct Even: Codable, SchemaProviding {
            var value: Int
            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                value = try container.decode(Int.self)
                if value % 2 != 0 {
                    throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(value) is odd")
                }
            }
            static var outputSchema: OutputSchema {
                get throws { try OutputSchema(json: #"{"type":"integer","examples":[2]}"#) }
            }
        }
        struct Holder: Codable { var numbers: [Even] }
        #expect(
            try violations(Holder.self, #"{"numbers":[2,77]}"#)
                == ["/numbers/1: is a value that the type rejects or cannot represent"])
    }
}
