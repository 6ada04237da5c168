import Foundation
import LLMBatchCore

/// Follows the references of a schema to find recursive ones.
struct SchemaReferences {
    private let root: JSONNode
    private let field: String
    /// The definitions being resolved: a reference to one of them is a cycle.
    private var open: Set = ["#"]
    /// The definitions without a cycle, so that each is checked only once.
    private var done: Set<String> = []

    init(root: JSONNode, field: String) {
        self.root = root
        self.field = field
    }

    /// - Throws: a refusal that names the reference that closes a cycle.
    mutating func refuseCycles() throws(RequestRefusal) { try look(into: root, field: field) }

    private mutating func look(into schema: JSONNode, field: String) throws(RequestRefusal) {
        if let reference = schema["$ref"]?.text { try follow(reference, from: field) }
        for part in AnthropicSchema.parts(of: schema) { try look(into: part.schema, field: "\(field).\(part.way)") }
    }

    private mutating func follow(_ reference: String, from place: String) throws(RequestRefusal) {
        let steps = Self.steps(reference)
        let name = "#" + steps.map { "/" + $0 }.joined()
        guard !open.contains(name) else {
            throw RequestRefusal(field: "\(place).$ref", "is recursive, which this provider does not support")
        }
        guard !done.contains(name), let target = target(steps) else { return }
        open.insert(name)
        try look(into: target, field: ([field] + steps).joined(separator: "."))
        open.remove(name)
        done.insert(name)
    }

    private func target(_ steps: [String]) -> JSONNode? {
        steps.reduce(root as JSONNode?) { node, step in
            guard let elements = node?.elements else { return node?[step] }
            return Int(step).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
        }
    }

    /// The steps of a JSON pointer in a fragment (RFC 6901).
    private static func steps(_ reference: String) -> [String] {
        let pointer = String(reference.dropFirst())
        return (pointer.removingPercentEncoding ?? pointer).split(separator: "/").map {
            String($0).replacing("~1", with: "/").replacing("~0", with: "~")
        }
    }
}
