import LLMBatchCore

extension StorageConformance {
    /// The requests of a batch by outcome, page by page.
    static let requestPages = [
        selection("all", .all, Array(0..<8)),
        selection("open", .open, [2, 7]),
        selection("succeeded", .outcomes([.succeeded]), [0, 1, 3, 4, 6]),
        selection("invalid", .outcomes([.invalid]), [5]),
        selection("unsuccessful", .outcomes(Outcome.unsuccessful), [5]),
        selection("succeeded or invalid", .outcomes([.succeeded, .invalid]), [0, 1, 3, 4, 5, 6]),
        selection("of no outcome at all", .outcomes([]), []),
        selection("of an outcome that none has any more", .outcomes([.expired, .errored]), []),
        Case("requests: an exactly full last page reports no more; a smaller one reports more") { storage in
            let batch = try await storage.draft(5)
            for (limit, more) in [(4, true), (5, false), (6, false)] {
                let page = try await storage.requests(RequestQuery(batch: batch, limit: limit))
                try expect(page.elements.count, equals: min(limit, 5))
                try expect(page.hasMore, equals: more, "limit \(limit)")
            }
        },
        Case("requests: whether there is more depends only on the selection") { storage in
            let drive = try await storage.driven(6)
            try await drive.answer([0, 1], .errored)
            try await drive.answer([2, 3, 4, 5])
            let page = try await storage.requests(
                RequestQuery(batch: drive.batch, selection: .outcomes([.errored]), limit: 2))
            try expect(page.elements.map(\.position), equals: [0, 1])
            try expect(page.hasMore, equals: false)
        },
        Case("requests: after the last there is nothing, however far") { storage in
            let batch = try await storage.draft(3)
            for after in [2, 3, 1000] {
                let page = try await storage.requests(RequestQuery(batch: batch, after: after))
                try expect(page.elements, equals: [], "after \(after)")
                try expect(page.hasMore, equals: false)
            }
        },
        Case("requests: a cursor continues after its position, whether selected or not") { storage in
            let drive = try await storage.driven(6)
            try await drive.answer([1, 3, 5], .errored)
            let page = try await storage.requests(
                RequestQuery(batch: drive.batch, selection: .outcomes([.errored]), after: 2, limit: 1))
            try expect(page.elements.map(\.position), equals: [3])
            try expect(page.hasMore, equals: true)
        },
        Case("requests: a batch without requests has an empty page") { storage in
            let batch = try await storage.draft(0)
            let page = try await storage.requests(RequestQuery(batch: batch))
            try expect(page.elements, equals: [])
            try expect(page.hasMore, equals: false)
        },
        Case("requests: a request that is answered meanwhile is not read twice") { storage in
            let drive = try await storage.driven(6)
            let first = try await storage.requests(RequestQuery(batch: drive.batch, selection: .open, limit: 2))
            try await drive.answer([0, 1, 3])
            let second = try await storage.requests(
                RequestQuery(batch: drive.batch, selection: .open, after: first.elements.last?.position, limit: 9))
            try expect((first.elements + second.elements).map(\.position), equals: [0, 1, 2, 4, 5])
        },
    ]

    private static func selection(_ what: String, _ selection: RequestQuery.Selection, _ wanted: [Int]) -> Case {
        Case("requests: those that are \(what), in pages of every size") { storage in
            let drive = try await storage.eventful()
            for size in 1...9 {
                let found = try await storage.allRequests(drive.batch, selection, pageSize: size)
                try expect(found.map(\.position), equals: wanted, "pages of \(size)")
                try expect(found.map(\.request.customID), equals: Fixture.ids(wanted))
            }
        }
    }
}
