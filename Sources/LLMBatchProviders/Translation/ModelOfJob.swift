import LLMBatchCore

extension OutgoingRequest {
    /// The body without its model, for services where the job names it. The bytes of all other values are kept.
    ///
    /// - Throws: ``RequestRefusal`` when nothing names a model, or the body lacks what its endpoint needs.
    func bodyWithoutModel() throws(RequestRefusal) -> [UInt8] {
        try checkMembers()
        guard let body = try? JSONObject(Array(request.body)) else {
            throw RequestRefusal(field: nil, "the body cannot be read")
        }
        let members = body.members.filter { $0.key != "model" }.map { member in
            JSONText.quoted(member.key) + Array(":".utf8) + body.bytes[member.value]
        }
        return Array("{".utf8) + members.joined(separator: Array(",".utf8)) + Array("}".utf8)
    }

    /// `{"custom_id", "body"}` with a body that has no model.
    func lineWithoutModel() throws(RequestRefusal) -> [UInt8] {
        let body = try bodyWithoutModel()
        return Array(#"{"custom_id":"#.utf8) + JSONText.quoted(id) + Array(#","body":"#.utf8) + body + Array("}".utf8)
    }
}
