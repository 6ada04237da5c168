import Foundation
import LLMBatchCore

/// A `CreateEmbeddingResponse`: one small vector per input. The same position always gives the same vector.
struct EmbeddingBody {
    private let inputs: Int
    private let dimensions: Int
    private let isBase64: Bool
    private let model: JSONNode

    init(body: JSONNode, model: JSONNode) {
        self.inputs = DefaultBody.inputCount(body["input"])
        self.dimensions = min(max(body["dimensions"]?.integer ?? 8, 1), 4096)
        self.isBase64 = body["encoding_format"]?.text == "base64"
        self.model = model
    }

    var json: JSONNode {
        let data = (0..<inputs).map { place -> JSONNode in
            ["object": "embedding", "index": .int(place), "embedding": vector(place)]
        }
        return [
            "object": "list", "data": .array(data), "model": model,
            "usage": ["prompt_tokens": .int(7 * inputs), "total_tokens": .int(7 * inputs)],
        ]
    }

    private func vector(_ place: Int) -> JSONNode {
        let values = (0..<dimensions).map { Float(place % 64 + 1) / 128 + Float($0 % 4) / 256 }
        guard isBase64 else { return .array(values.map { .number(String($0)) }) }
        var bytes = Data()
        for value in values {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return .string(bytes.base64EncodedString())
    }
}
