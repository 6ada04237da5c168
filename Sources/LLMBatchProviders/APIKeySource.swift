import Foundation
import LLMBatchCore

/// Where a provider's key comes from.
public enum APIKeySource: Sendable, Hashable {
    /// An environment variable, read when the provider is built. Only its name is ever stored.
    case environment(String)
    /// A file that holds nothing but the key and that nobody else may read. Only its path is ever stored.
    case file(String)
    /// A key at hand in code. Nothing of it is stored, so a later process must be given the provider again.
    case value(String)
    /// No key, for a local service that asks for none.
    case none

    /// What may be stored of it.
    var stored: String? {
        switch self {
        case .environment(let name): "env:\(name)"
        case .file(let path): "file:\(path)"
        case .value, .none: nil
        }
    }

    /// From what was stored.
    ///
    /// - Throws: `keyRefused` for a kind of source that this version does not know.
    init(stored: String?) throws {
        switch stored?.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init) {
        case nil: self = .none
        case let parts? where parts.count == 2 && parts[0] == "env": self = .environment(parts[1])
        case let parts? where parts.count == 2 && parts[0] == "file": self = .file(parts[1])
        default:
            throw LLMBatchError(
                .keyRefused, "it is stored that the key comes from a place that this version does not know",
                hint: "Say where it is: --api-key-env NAME or --api-key-file PATH")
        }
    }

    /// The key.
    ///
    /// - Throws: `keyRefused` when it is required and not there, or when it is no key.
    func key(required: Bool) throws -> APIKey? {
        switch self {
        case .value(let secret): return APIKey(secret)
        case .file(let path): return APIKey(try KeyFile(path).text(of: "key"))
        case .none:
            guard required else { return nil }
            throw LLMBatchError(
                .keyRefused, "it is not said where the key comes from",
                hint: "Name its variable or its file: --api-key-env NAME, --api-key-file PATH")
        case .environment(let name):
            let text = ProcessInfo.processInfo.environment[name]?.trimmingCharacters(in: .whitespacesAndNewlines)
            guard let text, !text.isEmpty else {
                guard required else { return nil }
                throw LLMBatchError(
                    .keyRefused, "\(name) is not set",
                    hint: "export \(name)=… and run the same command again")
            }
            guard text.isKey else {
                throw LLMBatchError(
                    .keyRefused,
                    "\(name) contains characters that no key has; is a placeholder such as … still in it?",
                    hint: "export \(name)=… with the key itself, and run the same command again")
            }
            return APIKey(text)
        }
    }
}

extension String {
    /// True when it can travel in a header as it is.
    var isKey: Bool { !isEmpty && utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }
}
