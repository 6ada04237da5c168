import Foundation
import LLMBatchCore

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
            var page = JSONNode(reading: reply.body)
        else { return }
        if let entries = page.elements {
            page = .array(spoilt(entries, &state))
        } else if let list = page.members?.first(where: { $0.value.elements?.allSatisfy(\.isObject) == true }) {
            page[list.key] = .array(spoilt(list.value.elements ?? [], &state))
        }
        reply.body = page.encoded
    }

    /// An empty page stays empty, since it marks the end of some lists.
    private func spoilt(_ entries: [JSONNode], _ state: inout ScriptState) -> [JSONNode] {
        guard let first = entries.first, let last = entries.last else { return entries }
        var spoilt = entries
        if state.script.listsRepeat {
            spoilt.insert(first, at: 0)
            if isLaterPage, let before = state.lastListed[route] { spoilt.insert(before, at: 0) }
            state.lastListed[route] = last
        }
        guard state.script.listsHoldOddEntries else { return spoilt }
        return [nil, 7, [:], ["id": 7, "name": 7, "metadata": "none"]] + spoilt + [[:]]
    }

    private var isLaterPage: Bool {
        let cursors = ["after", "after_id", "pageToken", "nextToken", "pagination_token"]
        return cursors.contains { call.query[$0] != nil } || call.query["page"].map { $0 != "0" } ?? false
    }
}
