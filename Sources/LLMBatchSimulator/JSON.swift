import Foundation
import LLMBatchCore

/// How the simulators read and write JSON: members keep their order, and numbers their digits.
extension JSONNode {
    /// Parses a complete text; nil when it is not JSON.
    init?(reading data: Data) {
        guard let node = try? JSONNode(Array(data)) else { return nil }
        self = node
    }

    init(_ value: String?) { self = value.map { .string($0) } ?? .null }

    init(_ value: Int?) { self = value.map { .int($0) } ?? .null }

    init(_ value: [String: String]?) {
        guard let value else { self = .null; return }
        self = .object(value.sorted { $0.key < $1.key }.map { Member(key: $0.key, value: .string($0.value)) })
    }

    static func int(_ value: Int) -> JSONNode { .number(String(value)) }

    /// A time in ISO 8601 from Unix seconds; null without one.
    static func time(_ seconds: Int?) -> JSONNode { JSONNode(seconds.map(Self.iso)) }

    static func iso(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
    }

    /// JSON text of a script, which is written unchanged even if it is invalid.
    static func verbatim(_ text: String) -> JSONNode { .number(text) }

    static func verbatim(_ data: Data) -> JSONNode { .number(String(decoding: data, as: UTF8.self)) }

    /// An object without the members whose value is nil or null.
    static func compact(_ members: KeyValuePairs<String, JSONNode?>) -> JSONNode {
        .object(
            members.compactMap { member in
                guard let value = member.value, value != .null else { return nil }
                return Member(key: member.key, value: value)
            })
    }

    /// The value as compact JSON text.
    var encoded: Data { Data(json) }

    /// The integer; nil for anything else.
    var integer: Int? { literal.flatMap { Int($0) } }

    /// The names of an object's members, sorted; empty for anything else.
    var keys: [String] { (members ?? []).map(\.key).sorted() }

    /// An object whose values are all strings; nil for anything else.
    var texts: [String: String]? {
        guard let members, members.allSatisfy({ $0.value.text != nil }) else { return nil }
        return Dictionary(members.map { ($0.key, $0.value.text ?? "") }) { $1 }
    }

    var isObject: Bool { members != nil }

    /// The object with this member at its end.
    func setting(_ name: String, _ value: JSONNode) -> JSONNode {
        .object((members ?? []).filter { $0.key != name } + [Member(key: name, value: value)])
    }

    /// The object with only these members.
    func keeping(_ names: Set<String>) -> JSONNode { .object((members ?? []).filter { names.contains($0.key) }) }

    /// The object with each member changed by `change`; nil removes a member.
    func mapped(_ change: (String, JSONNode) -> JSONNode?) -> JSONNode {
        .object(
            (members ?? []).compactMap { member in
                change(member.key, member.value).map { Member(key: member.key, value: $0) }
            })
    }
}

extension JSONNode: ExpressibleByNilLiteral {
    package init(nilLiteral: ()) { self = .null }
}
