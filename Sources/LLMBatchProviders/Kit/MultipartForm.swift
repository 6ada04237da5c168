import LLMBatchCore

/// A body of type `multipart/form-data`.
///
/// Source: RFC 7578.
struct MultipartForm {
    private let fields: [(name: String, value: String)]
    private let boundary: String

    /// - Parameter token: becomes part of the boundary; it must not occur in a value.
    init(_ fields: [(String, String)], token: String) {
        self.fields = fields.map { (name: $0.0, value: $0.1) }
        boundary = "llmbatch-\(token)"
    }

    var type: String { "multipart/form-data; boundary=\(boundary)" }

    /// The whole body of a form without a file.
    var bytes: [UInt8] { Array("\(parts)--\(boundary)--\r\n".utf8) }

    /// The form with the input as its only file, streamed.
    func file(_ input: ProviderJobInput, name: String, type fileType: String = "application/jsonl") -> FramedInput {
        let head =
            "\(parts)--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n"
            + "Content-Type: \(fileType)\r\n\r\n"
        return FramedInput(
            input, type: type, preamble: Array(head.utf8), epilogue: Array("\r\n--\(boundary)--\r\n".utf8))
    }

    private var parts: String {
        fields.map { "--\(boundary)\r\nContent-Disposition: form-data; name=\"\($0.name)\"\r\n\r\n\($0.value)\r\n" }
            .joined()
    }
}
