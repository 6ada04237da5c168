import Foundation
import LLMBatchCore

extension StorageConformance {
    /// The order of the list of batches, and its pages.
    static let listingPages = [
        Case("listing: the batch begun last comes first, whatever its date") { storage in
            var ids: [BatchID] = []
            for seconds in [5.0, 1, 9, 3] {
                ids.append(try await storage.draft(1, Fixture.batch(createdAt: Fixture.date(seconds))))
            }
            try await expect(storage.batches(BatchQuery()).elements.map(\.id), equals: ids.reversed())
        },
        Case("listing: a batch is listed by when it was begun, not by when it was sealed") { storage in
            let (first, second) = (Fixture.batch(), Fixture.batch())
            for new in [first, second] { try await storage.beginBatch(new) }
            for new in [second, first] { _ = try await storage.sealBatch(new.id, contentSHA256: []) }
            try await expect(storage.batches(BatchQuery()).elements.map(\.id), equals: [second.id, first.id])
        },
        Case("listing: a batch keeps its place while it changes") { storage in
            let drives = [try await storage.driven(1), try await storage.driven(1), try await storage.driven(1)]
            try await drives[0].answer([0])
            try await drives[1].end()
            try await expect(storage.batches(BatchQuery()).elements.map(\.id), equals: drives.map(\.batch).reversed())
        },
        Case("listing: pages of every size hold the same batches") { storage in
            var ids: [BatchID] = []
            for _ in 0..<7 { ids.append(try await storage.draft(1)) }
            for size in 1...8 {
                try await expect(
                    storage.allBatches(BatchQuery(limit: size)), equals: ids.reversed(), "pages of \(size)")
            }
        },
        Case("listing: an exactly full last page reports no more") { storage in
            for _ in 0..<3 { _ = try await storage.draft(1) }
            try await expect(storage.batches(BatchQuery(limit: 3)).hasMore, equals: false)
            try await expect(storage.batches(BatchQuery(limit: 2)).hasMore, equals: true)
        },
        Case("listing: pages and filters can be combined") { storage in
            var even: [BatchID] = []
            for number in 0..<9 {
                let batch = try await storage.draft(1, Fixture.batch(metadata: ["even": "\(number % 2 == 0)"]))
                if number % 2 == 0 { even.append(batch) }
            }
            let found = try await storage.allBatches(BatchQuery(metadata: ["even": "true"], limit: 2))
            try expect(found, equals: even.reversed())
        },
        Case("listing: an offset skips the first matches, also with a filter and a cursor") { storage in
            var ids: [BatchID] = []
            for number in 0..<6 {
                ids.append(try await storage.draft(1, Fixture.batch(metadata: ["even": "\(number % 2 == 0)"])))
            }
            let newest = Array(ids.reversed())
            try await expect(
                storage.batches(BatchQuery(offset: 2, limit: 3)).elements.map(\.id), equals: Array(newest[2..<5]))
            try await expect(
                storage.batches(BatchQuery(metadata: ["even": "true"], offset: 1)).elements.map(\.id),
                equals: [ids[2], ids[0]])
            try await expect(
                storage.batches(BatchQuery(after: ids[4], offset: 1, limit: 1)).elements.map(\.id), equals: [ids[2]])
            try await expect(storage.batches(BatchQuery(offset: 3, limit: 3)).hasMore, equals: false)
            try await expect(storage.batches(BatchQuery(offset: 9)).elements.map(\.id), equals: [])
        },
        Case("listing: the model is the batch's own, otherwise that of its first request") { storage in
            func batch(_ settings: ProviderSettings, _ models: [String?]) async throws -> BatchID {
                let new = Fixture.batch(provider: settings)
                try await storage.beginBatch(new)
                try await storage.appendRequests(
                    models.enumerated().map { Fixture.request($0.offset, model: $0.element) }, to: new.id)
                _ = try await storage.sealBatch(new.id, contentSHA256: [])
                return new.id
            }
            let replaced = try await batch(ProviderSettings(name: "p", model: "one"), ["two"])
            let own = try await batch(ProviderSettings(name: "p"), ["one", "two"])
            _ = try await batch(ProviderSettings(name: "p"), [nil, "one"])
            try await expect(storage.batches(BatchQuery(model: "one")).elements.map(\.id), equals: [own, replaced])
            try await expect(storage.batches(BatchQuery(model: "two")).elements.map(\.id), equals: [])
        },
        Case("listing: after the last batch there is nothing") { storage in
            let oldest = try await storage.draft(1)
            _ = try await storage.draft(1)
            let page = try await storage.batches(BatchQuery(after: oldest))
            try expect(page.elements.map(\.id), equals: [])
            try expect(page.hasMore, equals: false)
        },
        Case("listing: a cursor whose batch is gone is refused, not read as the start or the end") { storage in
            for _ in 0..<2 { _ = try await storage.draft(1) }
            try await expectRefusal(.notFound) { _ = try await storage.batches(BatchQuery(after: "gone".batchID)) }
        },
        Case("listing: a batch created during paging does not shift the pages") { storage in
            var ids: [BatchID] = []
            for _ in 0..<4 { ids.append(try await storage.draft(1)) }
            let first = try await storage.batches(BatchQuery(limit: 2))
            _ = try await storage.draft(1)
            let second = try await storage.batches(BatchQuery(after: first.elements.last?.id, limit: 2))
            try expect((first.elements + second.elements).map(\.id), equals: ids.reversed())
        },
        Case("listing: an empty storage has nothing") { storage in
            let page = try await storage.batches(BatchQuery())
            try expect(page.elements, equals: [])
            try expect(page.hasMore, equals: false)
        },
    ]
}
