import LLMBatchCore

/// An embeddings answer in OpenAI's format.
///
/// Source: OpenAI API reference, "The embedding object". The numbers of a vector stay as the service wrote them.
enum EmbeddingAnswer {
    /// - Parameters:
    ///   - vectors: the text of each vector, a JSON array, in the order of the texts.
    ///   - model: the model; empty if the service does not report it.
    ///   - tokens: the number of input tokens, if the service reports it.
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
    /// The text of a vector of numbers; nil for an empty one and for anything else.
    func vector(_ key: String) -> ArraySlice<UInt8>? { raw(key).flatMap { JSONText.isVector($0) ? $0 : nil } }

    /// The texts of a list of vectors; nil if any of them is not a vector.
    func vectors(_ key: String) -> [ArraySlice<UInt8>]? {
        guard let rows = elements(key)?.map({ bytes[$0] }), !rows.isEmpty, rows.allSatisfy(JSONText.isVector) else {
            return nil
        }
        return rows
    }
}
