import LLMBatchCore

/// An answer of vectors in the form of the OpenAI API.
///
/// Source: OpenAI API reference, "The embedding object". The numbers of a vector stay as the service wrote them.
enum EmbeddingAnswer {
    /// - Parameters:
    ///   - vectors: the text of each vector, a JSON array, in the order of the texts.
    ///   - model: what embedded them; empty where the service does not say.
    ///   - tokens: how many tokens the texts have, where the service tells it.
    static func body(_ vectors: [ArraySlice<UInt8>], model: String = "", tokens: Int?) -> [UInt8] {
        var body = Array(#"{"object":"list","data":["#.utf8)
        for (index, vector) in vectors.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body += Array(#"{"object":"embedding","index":\#(index),"embedding":"#.utf8)
            body += JSONText.onOneLine(Array(vector))
            body.append(UInt8(ascii: "}"))
        }
        body += Array(#"],"model":"#.utf8) + JSONText.quoted(model)
        if let tokens {
            body += Array(#","usage":{"prompt_tokens":\#(tokens),"total_tokens":\#(tokens)}"#.utf8)
        }
        return body + Array("}".utf8)
    }
}

extension JSONObject {
    /// The text of a vector of numbers; nil for anything else, and for an empty one, which is none.
    func vector(_ key: String) -> ArraySlice<UInt8>? { raw(key).flatMap { Self.isVector($0) ? $0 : nil } }

    /// The texts of a list of vectors; nil for anything else, and when one of them is none.
    func vectors(_ key: String) -> [ArraySlice<UInt8>]? {
        guard let rows = elements(key)?.map({ bytes[$0] }), !rows.isEmpty, rows.allSatisfy(Self.isVector) else {
            return nil
        }
        return rows
    }

    /// Of text that is known to be JSON: an array of nothing but numbers, of which there are some.
    private static func isVector(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.first == UInt8(ascii: "[") else { return false }
        var hasDigit = false
        for byte in text.dropFirst() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): hasDigit = true
            // Texts, objects, arrays, null, true and false: no number has any of these.
            case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["): return false
            case UInt8(ascii: "n"), UInt8(ascii: "t"), UInt8(ascii: "f"): return false
            default: break
            }
        }
        return hasDigit
    }
}
