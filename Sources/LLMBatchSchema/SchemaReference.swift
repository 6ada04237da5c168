import LLMBatchCore
import Foundation

/// References within a schema: a JSON Pointer in a fragment (RFC 6901), such as `#/$defs/NAME`.
enum SchemaReference {
    /// The target of a reference.
    static func target(_ reference: String, in root: JSONNode) -> JSONNode? {
        guard let steps = steps(reference) else { return nil }
        return steps.reduce(root as JSONNode?) { node, step in
            guard let elements = node?.elements else { return node?[step] }
            return Int(step).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
        }
    }

    /// The names on the path to the target; nil when the reference is not a pointer.
    static func steps(_ reference: String) -> [String]? {
        guard reference.hasPrefix("#") else { return nil }
        let fragment = reference.dropFirst()
        let pointer = fragment.removingPercentEncoding ?? String(fragment)
        if pointer.isEmpty { return [] }
        guard pointer.hasPrefix("/") else { return nil }
        return pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
            String($0).replacing("~1", with: "/").replacing("~0", with: "~")
        }
    }

    /// The name of the definition that a reference leads to; nil when it leads elsewhere.
    static func definition(_ reference: String) -> String? {
        guard let steps = steps(reference), steps.count == 2, steps[0] == "$defs" else { return nil }
        return steps[1]
    }

    /// A name as one part of a JSON Pointer.
    static func escaped(_ name: String) -> String { name.replacing("~", with: "~0").replacing("/", with: "~1") }
}
