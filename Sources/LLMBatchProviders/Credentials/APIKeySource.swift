import Foundation
import LLMBatchCore

/// The source of a provider's key.
public enum APIKeySource: Sendable, Hashable {
    /// An environment variable, read when the provider is created. Only its name is stored.
    case environment(String)
    /// A file that contains only the key and is readable only by its owner. Only its path is stored.
    case file(String)
    /// A key given in code. It is not stored, so a later process must be given the provider again.
    case value(String)
    /// No key, for a local service that needs none.
    case none

    /// The stored form, without secrets.
    var stored: String? {
        switch self {
        case .environment(let name): "env:\(name)"
        case .file(let path): "file:\(path)"
        case .value, .none: nil
        }
    }

    /// From the stored form.
    ///
    /// - Throws: `keyRefused` for a kind of source that is unknown to this version.
    init(stored: String?) throws {
        switch stored?.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init) {
        case nil: self = .none
        case let parts? where parts.count == 2 && parts[0] == "env": self = .environment(parts[1])
        case let parts? where parts.count == 2 && parts[0] == "file": self = .file(parts[1])
        default:
            throw LLMBatchError(
                .keyRefused, "the stored source of the key is unknown to this version",
                remedy: Remedy(nil, .give(.key)))
        }
    }

    /// The key.
    ///
    /// - Throws: `keyRefused` when it is required and missing, or not a valid key.
    func key(required: Bool) throws -> APIKey? {
        switch self {
        case .value(let secret): return APIKey(secret)
        case .file(let path): return APIKey(try KeyFile(path).text(of: "key"))
        case .none:
            guard required else { return nil }
            throw LLMBatchError(
                .keyRefused, "the source of the key is not set",
                remedy: Remedy(nil, .give(.key)))
        case .environment(let name):
            let text = ProcessInfo.processInfo.environment[name]?.trimmingCharacters(in: .whitespacesAndNewlines)
            guard let text, !text.isEmpty else {
                guard required else { return nil }
                throw LLMBatchError(
                    .keyRefused, "\(name) is not set",
                    remedy: Remedy("Set it to the key", .give(.variable(name, example: "…")), .again))
            }
            guard text.isKey else {
                throw LLMBatchError(
                    .keyRefused,
                    "\(name) contains characters that cannot be part of a key; is it still a placeholder such as …?",
                    remedy: Remedy("Set it to the key itself", .give(.variable(name, example: "…")), .again))
            }
            return APIKey(text)
        }
    }
}

extension String {
    /// True when it can be sent in a header unchanged.
    var isKey: Bool { !isEmpty && utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }
}
