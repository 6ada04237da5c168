import Foundation
import Testing

import LLMBatchCore
import LLMBatchTesting

@Suite("JSON scanning")
struct JSONScannerTests {
    @Test(
        "Valid objects are accepted",
        arguments: [
            "{}", " { } ", #"{"a":1}"#, #"{"a":-0.5e+10,"b":[1,[],{}],"c":null}"#, #"{"\u00e9\\\"":"\/\b\f\n\r\t"}"#,
            "{\"a\":\"é😀\u{7f}\"}", #"{"a":true,"b":false}"#, "\t{\r\n\"a\" : [ ] }\n", #"{"a":0,"b":0.0,"c":1E5}"#,
        ])
    func valid(text: String) throws {
        _ = try JSONObject(Array(text.utf8))
        #expect((try? JSONSerialization.jsonObject(with: Data(text.utf8))) != nil)
    }

    @Test(
        "Invalid texts are rejected",
        arguments: [
            "", " ", "{", "}", "[1]", "1", #""a""#, "{a:1}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a":1}x"#,
            #"{"a":01}"#,
            #"{"a":1.}"#, #"{"a":.5}"#, #"{"a":+1}"#, #"{"a":1e}"#, #"{"a":tru}"#, #"{"a":"\x"}"#, #"{"a":"\u12g4"}"#,
            "{\"a\":\"\n\"}", #"{"a":[1,]}"#, #"{"a":[1 2]}"#, #"{"a":"b}"#, "{'a':1}", #"{"a":NaN}"#, #"{"a":-}"#,
            #"{"a" 1}"#,
        ])
    func invalid(text: String) {
        #expect(throws: JSONSyntaxError.self) { _ = try JSONObject(Array(text.utf8)) }
    }

    @Test("Nesting is bounded, so that no input exhausts the stack")
    func depth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((#"{"a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}").utf8)
        }
        _ = try JSONObject(nested(100))
        let error = #expect(throws: JSONSyntaxError.self) { _ = try JSONObject(nested(1_000_000)) }
        #expect(error?.reason.contains("nested deeper") == true)
    }

    @Test("No mutated text is accepted that Foundation rejects")
    func agreement() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let original = Array(#"{"custom_id":"a\n","body":{"n":[1,-2.5e3,true,null],"s":"é\u00e9"},"k":{"x":{}}}"#.utf8)
        let spice = Array("{}[]\",:\\ue0159.-+tfn \n\u{1}".utf8)
        for _ in 0..<20_000 {
            var text = original
            for _ in 0...(random.next() % 3) {
                let index = Int(random.next() % UInt64(text.count))
                text[index] = spice[Int(random.next() % UInt64(spice.count))]
            }
            // UTF-8 is checked apart from the syntax.
            let ours = (try? JSONObject(text)) != nil && String(validating: text, as: UTF8.self) != nil
            let theirs = (try? JSONSerialization.jsonObject(with: Data(text))) as? [String: Any] != nil
            // Foundation also takes a comma before a closing bracket, which is no JSON; so only what we take is compared.
            // And it refuses numbers beyond a double, which JSON has.
            let shown = String(decoding: text, as: UTF8.self)
            if ours, shown.firstMatch(of: /e[+-]?\d{3}/.ignoresCase()) == nil {
                #expect(theirs, "seed \(seed): \(shown)")
            }
        }
    }

    @Test("Members are found with their values and their bytes")
    func members() throws {
        let object = try JSONObject(
            Array(#"{"s":"a\u00e9\ud83d\ude00","n": 12 ,"o":{"x":[ {"y":1}, 2 ]},"z":null,"f":"7","g":3.0}"#.utf8))
        #expect(object.string("s") == "aé😀")
        #expect(object.integer("n") == 12)
        #expect(object.integer("f") == 7)
        #expect(object.integer("g") == 3)
        #expect(object.object("o")?.objects("x")?.first?.integer("y") == 1)
        #expect(object.object("o")?.elements("x")?.count == 2)
        #expect(!object.has("z"))
        #expect(object.string("missing") == nil)
        #expect(object.object("o").map { Array($0.text) } == Array(#"{"x":[ {"y":1}, 2 ]}"#.utf8))
    }

    @Test("Replacing one member keeps every other byte")
    func replacing() throws {
        let object = try JSONObject(Array(#"{ "a" : 1 , "model":"old","b":[ ] }"#.utf8))
        #expect(
            String(decoding: object.replacing("model", with: Array(#""new""#.utf8)), as: UTF8.self)
                == #"{ "a" : 1 , "model":"new","b":[ ] }"#)
        #expect(
            String(decoding: object.replacing("c", with: [0x31]), as: UTF8.self)
                == #"{"c":1, "a" : 1 , "model":"old","b":[ ] }"#)
        #expect(try JSONObject(Array("{}".utf8)).replacing("c", with: [0x31]) == Array(#"{"c":1}"#.utf8))
    }

    @Test("What is written can be read", arguments: ["", "a\"b\\c\n\r\t\u{1}\u{1f}é😀/"])
    func quoting(text: String) throws {
        let json = Array("{\"a\":".utf8) + JSONText.quoted(text) + Array("}".utf8)
        #expect(try JSONObject(json).string("a") == text)
        #expect(try JSONDecoder().decode([String: String].self, from: Data(json)) == ["a": text])
    }
}
