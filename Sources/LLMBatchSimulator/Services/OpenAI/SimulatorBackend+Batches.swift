import Foundation

/// The Batches API.
extension SimulatorBackend {
    func createBatch(_ call: IncomingCall) throws(APIError) -> WireReply {
        if let key = call.headers["idempotency-key"], dialect.isIdempotent, let id = batchOfKey[key],
            let batch = batches.first(where: { $0.id == id })
        {
            return WireReply(dialect.show(batch))
        }
        let request = try CreateBatchRequest(try call.jsonObject(), dialect)
        let file = try inputFile(request.inputFileID)
        let check = BatchInputCheck(file: file.bytes, endpoint: request.endpoint, dialect)
        let isTokenLimited = scriptState.change { $0.createIsTokenLimited() }
        var batch = SimulatedBatchState(
            id: newID("batch_sim"), endpoint: request.endpoint, inputFileID: file.id, metadata: request.metadata,
            lines: check.lines, problems: script.validates ? check.problems : [], outputLifetime: request.outputLifetime
        )
        batch.createdAt += script.clockSkew
        if isTokenLimited { batch.problems = [Self.tokenLimit(model: check.lines.first?.model)] }
        batches.append(batch)
        ledger.recordJob(
            LedgerJob(
                batchID: batch.id, inputFileID: file.id, inputFilename: file.filename,
                inputSHA256: Fingerprint.sha256(file.bytes), endpoint: batch.endpoint,
                metadata: batch.metadata ?? [:], customIDs: batch.lines.map(\.customID)))
        if let word = script.statuses.first, batch.problems.isEmpty { move(at: batches.count - 1, to: word) }
        if let key = call.headers["idempotency-key"] { batchOfKey[key] = batch.id }
        let shown = dialect.show(batches[batches.count - 1])
        return WireReply(dialect.wrapper.map { .object([($0, shown), ("warning", nil)]) } ?? shown)
    }

    func getBatch(_ id: String) throws(APIError) -> WireReply {
        let place = try place(of: id)
        if batches[place].getsRefused < script.getRace {
            batches[place].getsRefused += 1
            throw APIError.notFound("batch", id: id)
        }
        let word = batches[place].nextStatus(script)
        move(at: place, to: word)
        if batches[place].status == "in_progress", let total = batches[place].counts?.total {
            batches[place].counts?.completed = min(total, script.completedWhileRunning)
        }
        return WireReply(dialect.show(batches[place]))
    }

    func listBatches(_ call: IncomingCall) throws(APIError) -> WireReply {
        if dialect.lists != .pages, let odd = call.query.keys.sorted().first {
            throw APIError(message: "Unknown query parameter: '\(odd)'.", param: odd)
        }
        let asked = dialect.lists == .pages ? try call.limit(default: dialect.usualPage, max: 100) : .max
        let limit = min(asked, script.longestPage ?? asked)
        let shown = JobTable.arranged(batches.filter { $0.listingsMissed >= script.listLag }, script)
        let repeats = script.repeatPage
        if call.query["after"] == nil {
            for place in batches.indices { batches[place].listingsMissed += 1 }
        }
        let after = repeats ? nil : call.query["after"]
        let page = try ListingPage(shown, after: after, limit: limit, id: \.id)
        if dialect.lists == .array { return WireReply(.array(shown.map(dialect.show))) }
        if dialect.lists == .whole {
            return WireReply(["object": "list", "data": .array(shown.map(dialect.show))])
        }
        return WireReply(page.json(alwaysMore: repeats, dialect.show))
    }

    func cancelBatch(_ id: String) throws(APIError) -> WireReply {
        let place = try place(of: id)
        let status = batches[place].status
        if FinalStatus.all.contains(status) {
            throw APIError(status: 409, message: "Cannot cancel a batch with status '\(status)'.")
        }
        batches[place].move(to: "cancelling")
        return WireReply(dialect.show(batches[place]))
    }

    /// Sets a batch's status; false when there is no such batch.
    func force(_ id: String, to status: String) -> Bool {
        guard let place = batches.firstIndex(where: { $0.id == id }) else { return false }
        batches[place].step = script.statuses.firstIndex(of: status) ?? batches[place].step
        move(at: place, to: status)
        return true
    }

    /// Removes a batch as if it had never existed; false when there is no such batch.
    func forget(_ id: String) -> Bool {
        guard let place = batches.firstIndex(where: { $0.id == id }) else { return false }
        batches.remove(at: place)
        return true
    }

    private func place(of id: String) throws(APIError) -> Int {
        if let place = batches.firstIndex(where: { $0.id == id }) { return place }
        throw APIError.notFound("batch", id: id)
    }

    /// The input file of a create call, unless the race after its upload still hides it.
    private func inputFile(_ id: String) throws(APIError) -> SimulatedFile {
        createsPerFile[id, default: 0] += 1
        let isHidden = createsPerFile[id, default: 0] <= script.fileRace
        guard !isHidden, let file = files.first(where: { $0.id == id }), file.purpose == dialect.purpose,
            dialect.fileLooksUntilReady == 0 || fileLooks[id, default: 0] >= dialect.fileLooksUntilReady
        else {
            let message = "Invalid request: cannot find file \(id), or project does not have access to it."
            throw APIError(message: message, param: "file_id")
        }
        return file
    }

    private static func tokenLimit(model: String?) -> BatchProblem {
        let message =
            "Enqueued token limit reached for \(model ?? "the model") in organization org-sim. "
            + "Limit: 90,000 enqueued tokens. Please try again once some in_progress batches have been completed."
        return BatchProblem(code: "token_limit_exceeded", message: message)
    }
}
