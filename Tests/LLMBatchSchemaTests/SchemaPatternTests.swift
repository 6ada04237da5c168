import LLMBatchCore
import LLMBatchSchema
import Testing

@Suite("Patterns of ECMA-262")
struct SchemaPatternTests {
    /// A pattern, texts that match, texts that do not; each as it stands in Swift.
    private static let cases: [(String, [String], [String])] = [
        (#"^[a-z]+$"#, ["abc"], ["abc\n", "\nabc", "", "aBc"]),
        (#"^\d+$"#, ["12"], ["١٢", "१", "1a"]),
        (#"^\w+$"#, ["aZ_9"], ["é", "ß", "a b"]),
        (#"^\W$"#, ["é", "-"], ["a", "_"]),
        (#"^\s+$"#, [" \t\n\u{A0}\u{FEFF}\u{2028}"], ["\u{200B}", "\u{180E}", "\u{85}"]),
        (#"^.$"#, ["a", "😀", "\u{85}"], ["\n", "\r", "\u{2028}", "ab"]),
        (#"b"#, ["abc"], ["ac"]), (#"^a|b$"#, ["ax", "xb"], ["xax"]),
        (#"^(?!\.)(?!.*\.\.)[a-z.]+$"#, ["a.b"], [".a", "a..b"]),
        (#"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$"#, ["1.5", "-0", "+.5"], ["", "-", ".", "1.2.3"]),
        (#"(?<=€)\d+$"#, ["€5"], ["$5", "5"]), (#"(?<!€)5$"#, ["5", "$5"], ["€5"]),
        (#"^(?=.*[A-Z])(?=.*\d).{4,}$"#, ["aB3x"], ["ab3x", "aBxx", "aB3"]),
        (#"^(?=(?=a)a(?!c))ab$"#, ["ab"], ["ac"]),
        (#"^\p{Lu}\p{Ll}+$"#, ["Ärger"], ["ärger", "A1"]), (#"^\p{Letter}$"#, ["é"], ["1"]),
        (#"^\p{Script=Greek}+$"#, ["λόγος"], ["logos"]), (#"^\P{L}$"#, ["1"], ["a"]),
        (#"^[^\d\s]+$"#, ["a-é"], ["a 1"]), (#"^[\w-]+$"#, ["a-b"], ["a b"]), (#"^[\]\-^]+$"#, ["]-^"], ["a"]),
        (#"^\u{1F600}\uD83D\uDE00\x41\u0042$"#, ["😀😀AB"], ["😀AB"]), (#"^a{2}$"#, ["aa"], ["a", "aaa"]),
        (#"^a{2,}$"#, ["aaa"], ["a"]), (#"^a{1,2}?$"#, ["a", "aa"], ["aaa"]), (#"^a{,2}$"#, ["a{,2}"], ["aa"]),
        (#"\bcat\b"#, ["a cat."], ["concat"]), (#"\Bcat"#, ["concat"], ["cat"]),
        (#"^(?:ab|c)*$"#, ["abcab", ""], ["a"]),
        (#"^(a+)b\1$"#, ["aabaa"], ["aabb"]), (#"^(?<q>['"]).*\k<q>$"#, ["'a'", "\"a\""], ["'a\""]),
        (#"(?i)^yes$"#, ["YES", "Yes"], ["no"]), (#"^(?i:a)b$"#, ["Ab"], ["AB"]), (#"^[^]$"#, [], []),
        (#"^\/\@\_\-$"#, ["/@_-"], ["/"]), (#"^$|^(?:[0-9a-zA-Z+/]{4})*$"#, ["", "abcd"], ["abc"]),
    ]

    private func fits(_ pattern: String, _ text: String) throws -> Bool {
        let schema = try OutputSchema(root: ["pattern": .string(pattern)])
        return schema.validate(JSONNode.string(text).json).isEmpty
    }

    @Test("Each pattern matches what it should and nothing else", arguments: cases)
    func matches(pattern: String, good: [String], bad: [String]) throws {
        guard !good.isEmpty || !bad.isEmpty else { return }
        for text in good { #expect(try fits(pattern, text), "\(pattern) takes \(text.debugDescription)") }
        for text in bad { #expect(try !fits(pattern, text), "\(pattern) refuses \(text.debugDescription)") }
    }

    @Test(
        "Syntax outside ECMA-262 is rejected with the reason",
        arguments: [
            #"("#, #")"#, #"["#, #"a**"#, #"*a"#, #"\A"#, #"\Z"#, #"a{2,1}"#, #"[b-a]"#, #"\p{Nothing}"#, #"\1"#,
            #"(?<a>x)(?<a>y)"#, #"(?>a)"#, #"^+"#, #"\"#, #"((a{1000}){1000}){1000}"#,
        ])
    func refused(pattern: String) throws {
        let error = #expect(throws: LLMBatchError.self) { try OutputSchema(root: ["pattern": .string(pattern)]) }
        #expect(error?.message.contains("/pattern") == true, "\(error?.message ?? "")")
    }

    @Test(
        "A pattern that makes backtracking engines hang is matched in linear time",
        arguments: [#"^(a+)+$"#, #"^(a|a)*$"#, #"^(.*a){12}$"#, #"^(?=(a+)+$)a*$"#, #"(x+x+)+y"#])
    func linear(pattern: String) throws {
        let text = String(repeating: "a", count: 2_000) + "!"
        let start = ContinuousClock.now
        #expect(try !fits(pattern, text))
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test("A back-reference that would make the search endless ends in a violation")
    func bounded() throws {
        let text = JSONNode.string(String(repeating: "a", count: 60) + "!").json
        let schema = try OutputSchema(root: ["pattern": #"^(a*)*(a*)*(a*)*\1b$"#])
        #expect(!schema.validate(text).isEmpty)
    }
}
