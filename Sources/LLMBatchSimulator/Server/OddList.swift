import Foundation

/// Adds what a script wants to a page of a JSON list: duplicates and invalid entries.
struct OddList {
    private let call: IncomingCall
    private let route: SimulatorRoute

    init(_ call: IncomingCall, _ route: SimulatorRoute) {
        self.call = call
        self.route = route
    }

    /// Changes the entries of the response; leaves anything that is not a JSON list unchanged.
    func spoil(_ reply: inout WireReply, _ state: inout ScriptState) {
        let script = state.script
        guard script.listsRepeat || script.listsHoldOddEntries, reply.status == 200, !reply.hidesBody,
            let page = try? JSONSerialization.jsonObject(with: reply.body)
        else { return }
        if let entries = page as? [Any] { return write(spoilt(entries, &state), into: &reply) }
        guard var object = page as? [String: Any], let member = object.first(where: { $0.value is [[String: Any]] }),
            let entries = member.value as? [Any]
        else { return }
        object[member.key] = spoilt(entries, &state)
        write(object, into: &reply)
    }

    /// An empty page stays empty, since it marks the end of some lists.
    private func spoilt(_ entries: [Any], _ state: inout ScriptState) -> [Any] {
        guard let first = entries.first, let last = entries.last else { return entries }
        var spoilt = entries
        if state.script.listsRepeat {
            spoilt.insert(first, at: 0)
            if isLaterPage, let before = state.lastListed[route].flatMap({ ReadJSON.object($0) }) {
                spoilt.insert(before, at: 0)
            }
            state.lastListed[route] = try? JSONSerialization.data(withJSONObject: last)
        }
        if state.script.listsHoldOddEntries {
            spoilt =
                [NSNull(), 7, [String: Any](), ["id": 7, "name": 7, "metadata": "none"]] + spoilt + [[String: Any]()]
        }
        return spoilt
    }

    private var isLaterPage: Bool {
        let cursors = ["after", "after_id", "pageToken", "nextToken", "pagination_token"]
        return cursors.contains { call.query[$0] != nil } || call.query["page"].map { $0 != "0" } ?? false
    }

    private func write(_ json: Any, into reply: inout WireReply) {
        reply.body = (try? JSONSerialization.data(withJSONObject: json)) ?? reply.body
    }
}
