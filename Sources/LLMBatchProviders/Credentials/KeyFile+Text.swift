import Foundation
import LLMBatchCore

extension KeyFile {
    /// The only word in the file.
    ///
    /// - Throws: `keyRefused` as ``bytes(of:)`` does, and when the file does not contain exactly one word.
    func text(of what: String) throws -> String {
        let text = String(decoding: try bytes(of: what), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.isKey else { throw LLMBatchError(.keyRefused, "\(path) does not hold a \(what) and nothing else") }
        return text
    }
}
