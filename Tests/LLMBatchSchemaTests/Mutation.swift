import LLMBatchCore
import LLMBatchTesting
import LLMBatchSchema

/// Spoils a value that fits a schema, so that it cannot fit any more.
///
/// The places and what is wrong there are found from the schema's keywords, apart from the validator under test.
struct Mutation {
    /// A place in the value with the schema of what stands there.
    private struct Place {
        let path: [String]
        let value: JSONNode
        let schema: JSONNode
    }

    let root: JSONNode

    /// A spoilt value; nil when nothing in it can be spoilt.
    func mutated(_ value: JSONNode, _ dice: inout SeededGenerator) -> (what: String, value: JSONNode)? {
        var places: [Place] = []
        collect(value, root, [], &places)
        var candidates: [(what: String, path: [String], new: JSONNode?)] = []
        for place in places { candidates += spoiled(place) }
        guard !candidates.isEmpty else { return nil }
        let chosen = candidates[dice.below(candidates.count)]
        return ("\(chosen.what) at \(chosen.path)", Self.replacing(value, chosen.path[...], chosen.new) ?? .null)
    }

    private func resolved(_ node: JSONNode) -> JSONNode {
        guard let name = node["$ref"]?.text?.split(separator: "/").last else { return node }
        return root["$defs"]?[String(name)] ?? node
    }

    private func collect(_ value: JSONNode, _ node: JSONNode, _ path: [String], _ places: inout [Place]) {
        var node = resolved(node)
        if let parts = node["anyOf"]?.elements {
            let others = parts.filter { $0["type"]?.text != "null" }
            // Of real alternatives nothing inside is spoilt: the other one might take it.
            guard others.count == 1, value != .null else {
                if others.count > 1 { places.append(Place(path: path, value: value, schema: ["type": "object"])) }
                return
            }
            places.append(Place(path: path, value: value, schema: ["anyOf": node["anyOf"] ?? []]))
            node = resolved(others[0])
            return inside(value, node, path, &places)
        }
        places.append(Place(path: path, value: value, schema: node))
        inside(value, node, path, &places)
    }

    private func inside(_ value: JSONNode, _ node: JSONNode, _ path: [String], _ places: inout [Place]) {
        for member in value.members ?? [] {
            guard let part = node["properties"]?[member.key] ?? node["additionalProperties"], part.members != nil else {
                continue
            }
            collect(member.value, part, path + [member.key], &places)
        }
        for (index, element) in (value.elements ?? []).enumerated() {
            if let part = node["items"] { collect(element, part, path + [String(index)], &places) }
        }
    }

    private func spoiled(_ place: Place) -> [(what: String, path: [String], new: JSONNode?)] {
        let schema = place.schema
        if let parts = schema["anyOf"]?.elements?.map(resolved) {
            return ofWrongType(place, parts.compactMap { $0["type"]?.text })
        }
        let types = schema["type"]?.text.map { [$0] } ?? schema["type"]?.elements?.compactMap(\.text) ?? []
        guard !types.isEmpty else { return [] }
        var found = ofWrongType(place, types)
        func add(_ what: String, _ new: JSONNode?, at name: String? = nil) {
            found.append((what, place.path + (name.map { [$0] } ?? []), new))
        }
        if case .object = place.value {
            for name in schema["required"]?.elements?.compactMap(\.text) ?? [] { add("missing \(name)", nil, at: name) }
            if schema["additionalProperties"] == .bool(false) { add("unknown", 1, at: "no such member") }
            if schema["propertyNames"] != nil, let values = schema["additionalProperties"] {
                add("bad name", resolved(values)["type"]?.text == "string" ? "x" : 1, at: "01x")
            }
        }
        if schema["enum"] != nil { add("not listed", types.contains("string") ? "no such value" : 99) }
        if case .number = place.value {
            if case .number(let bound)? = schema["minimum"], let bound = Int128(bound) {
                add("below", .number("\(bound - 1)"))
            }
            if case .number(let bound)? = schema["maximum"], let bound = Int128(bound) {
                add("above", .number("\(bound + 1)"))
            }
            if types.contains("integer") { add("fraction", .number("1.5")) }
        }
        if case .string = place.value {
            if schema["format"] != nil { add("bad format", "never such") }
            if schema["pattern"] != nil { add("bad pattern", "&&&") }
        }
        return found
    }

    private func ofWrongType(_ place: Place, _ types: [String]) -> [(what: String, path: [String], new: JSONNode?)] {
        let samples: [(String, JSONNode)] = [
            ("null", .null), ("boolean", true), ("integer", 1), ("number", .number("0.5")), ("string", "s"),
            ("array", []),
            ("object", [:]),
        ]
        return samples.compactMap { name, sample in
            if types.contains(name) || name == "integer" && types.contains("number") { return nil }
            return ("\(name) for \(types)", place.path, sample)
        }
    }

    /// The value with what stands at a path replaced, added or (by nil) removed.
    private static func replacing(_ value: JSONNode, _ path: ArraySlice<String>, _ new: JSONNode?) -> JSONNode? {
        guard let first = path.first else { return new }
        var value = value
        if var elements = value.elements, let index = Int(first),
            let old = elements.indices.contains(index) ? elements[index] : nil
        {
            if let element = replacing(old, path.dropFirst(), new) { elements[index] = element }
            return .array(elements)
        }
        value[first] = replacing(value[first] ?? .null, path.dropFirst(), new)
        return value
    }
}

/// An answer as a service in a strict mode has to give it: what may be absent is null, a dictionary is a list.
struct StrictAnswer {
    let root: JSONNode
    let fillsWithNull: Bool

    func answer(_ value: JSONNode) -> JSONNode { answer(value, root) }

    private func answer(_ value: JSONNode, _ node: JSONNode) -> JSONNode {
        if let name = node["$ref"]?.text?.split(separator: "/").last {
            return answer(value, root["$defs"]?[String(name)] ?? [:])
        }
        if let parts = node["anyOf"]?.elements {
            let others = parts.filter { $0["type"]?.text != "null" }
            return value == .null || others.count != 1 ? value : answer(value, others[0])
        }
        switch value {
        case .array(let elements): return .array(elements.map { answer($0, node["items"] ?? [:]) })
        case .object(let members):
            if let values = node["additionalProperties"], values.members != nil {
                return .array(members.map { ["key": .string($0.key), "value": answer($0.value, values)] })
            }
            var made: [JSONNode.Member] = []
            for property in node["properties"]?.members ?? [] {
                guard let given = value[property.key] else {
                    if fillsWithNull { made.append(.init(key: property.key, value: .null)) }
                    continue
                }
                made.append(.init(key: property.key, value: answer(given, property.value)))
            }
            return .object(made)
        default: return value
        }
    }
}
