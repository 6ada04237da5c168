import LLMBatchCore

/// What users give: request lines, and JSON of any kind.
extension FuzzTarget {
    static let inputTargets = [
        FuzzTarget("request-line", requestLine),
        FuzzTarget("json", json),
        FuzzTarget("lines", lines),
    ]

    /// A line that is taken has a body, and is taken again as it was stored.
    private static func requestLine(_ bytes: [UInt8]) {
        for endpoint in [nil, Endpoint.embeddings] {
            guard let request = try? RequestLine(endpoint: endpoint).request(bytes, number: 7) else { continue }
            check(!request.body.isEmpty, "a request has a body")
            guard let again = try? RequestLine().request(request.line, number: 8) else {
                check(false, "a line that was taken is taken again")
                continue
            }
            check(again.customID == request.customID, "its id stays")
            check(again.endpoint == request.endpoint, "its endpoint stays")
            let other = request.line(model: "other")
            check((try? RequestLine().request(other, number: 1))?.model == "other", "its model can be replaced")
        }
    }

    /// A tree written as text is the same tree when it is read again, and the two readers agree on what JSON is.
    private static func json(_ bytes: [UInt8]) {
        let object = try? JSONObject(bytes)
        guard let node = try? JSONNode(bytes) else { return }
        check((object == nil) == (node.members == nil), "both readers take the same objects")
        let text = node.json
        check((try? JSONNode(text)) == node, "a tree is the same when it is read again")
        for member in object?.members ?? [] {
            _ = object?.string(member.key)
            _ = object?.integer(member.key)
            _ = object?.objects(member.key)
            _ = object?.object(member.key)
        }
    }

    /// Lines are the same wherever the chunks end.
    private static func lines(_ bytes: [UInt8]) {
        var whole = LineSplitter(maximumLength: 100)
        let expected = whole.lines(in: bytes) + (whole.rest().map { [$0] } ?? [])
        let size = Int(bytes.first ?? 0) % 13 + 1
        var parts = LineSplitter(maximumLength: 100)
        var found: [LineSplitter.Line] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            found += parts.lines(in: Array(bytes[start..<min(bytes.count, start + size)]))
        }
        found += parts.rest().map { [$0] } ?? []
        check(found.map(\.isTooLong) == expected.map(\.isTooLong), "which lines are too long does not depend on chunks")
        // How much is kept of one that is too long may.
        let (one, other) = (found.filter { !$0.isTooLong }, expected.filter { !$0.isTooLong })
        check(one.map(\.bytes) == other.map(\.bytes), "lines do not depend on chunks")
    }
}
