import LLMBatchCore

extension StorageConformance {
    /// Lines of requests and results are stored byte for byte.
    static let lines: [Case] = byteSamples.flatMap { [requestLine($0.0, $0.1), resultLine($0.0, $0.1)] } + longLines

    /// Lines that a careless storage would change.
    private static let byteSamples: [(String, @Sendable () -> [UInt8])] = [
        ("every byte value but the line feed", { (0...255).filter { $0 != 10 }.map { UInt8($0) } }),
        ("bytes that are not UTF-8", { [0xFF, 0xFE, 0xC3, 0x28, 0xED, 0xA0, 0x80] }),
        ("a zero byte in the middle", { Array("{\"a\":1}".utf8) + [0] + Array("tail".utf8) }),
        ("a byte order mark and spaces around", { [0xEF, 0xBB, 0xBF] + Array("  {\"b\" : 1 }\t ".utf8) }),
        ("a carriage return at the end", { Array("{\"a\":1}\r".utf8) }),
        ("both ways to write é", { Array("{\"x\":\"\u{E9}\",\"y\":\"e\u{301}\"}".utf8) }),
        (
            "escapes, keys twice, odd numbers",
            { Array(#"{"z":1,"a":"\u00e9\/","a":1.0e+2,"n":-0,"big":123456789012345678901}"#.utf8) }
        ),
        (
            "quotes, percent, question marks",
            { Array(#"{"q":"'; DROP TABLE requests; --","p":"%s %% ?1 :x @y $z"}"#.utf8) }
        ),
        ("no byte at all", { [] }),
    ]

    private static func requestLine(_ what: String, _ bytes: @escaping @Sendable () -> [UInt8]) -> Case {
        Case("lines: a request line with \(what) is kept byte for byte") { storage in
            let new = Fixture.batch()
            try await storage.beginBatch(new)
            try await storage.appendRequests([Fixture.request(0, line: bytes()), Fixture.request(1)], to: new.id)
            _ = try await storage.sealBatch(new.id, contentSHA256: Fixture.digest)
            try await expect(storage.allRequests(new.id).first?.request.line, equals: bytes())
            try await expect(storage.requests(of: new.id, customIDs: ["r0"]).first?.request.line, equals: bytes())
            let drive = Drive(storage: storage, batch: new.id, claim: try await storage.hold(new.id))
            try await drive.plan(0..<2)
            try await expect(storage.allJobRequests(drive.job()).first?.request.line, equals: bytes())
        }
    }

    private static func resultLine(_ what: String, _ bytes: @escaping @Sendable () -> [UInt8]) -> Case {
        Case("lines: a result line with \(what) is kept byte for byte") { storage in
            let drive = try await storage.driven(2)
            var result = Fixture.result(0)
            result.line = bytes()
            _ = try await storage.ingest([result], into: drive.job(), claim: drive.claim)
            try await expect(storage.allResults(drive.batch).first?.line, equals: bytes())
            try await expect(storage.results(of: drive.batch, customIDs: ["r0"]).first?.line, equals: bytes())
            try await expect(storage.history(of: drive.batch, customID: "r0").first?.result?.line, equals: bytes())
            try await expect(storage.allTries(drive.batch).first?.result?.line, equals: bytes())
        }
    }

    private static let longLines = [
        Case("lines: request lines of a megabyte are kept, and every page makes progress") { storage in
            let new = Fixture.batch()
            let lines = (0..<6).map { number in [UInt8](repeating: UInt8(97 + number), count: 1 << 20) + [UInt8(number)]
            }
            try await storage.beginBatch(new)
            for (position, line) in lines.enumerated() {
                try await storage.appendRequests([Fixture.request(position, line: line)], to: new.id)
            }
            _ = try await storage.sealBatch(new.id, contentSHA256: Fixture.digest)
            let found = try await storage.allRequests(new.id, pageSize: 100)
            try expect(found.map(\.position), equals: Array(0..<6))
            try expect(found.map(\.request.line) == lines, "the lines are the same")
        },
        Case("lines: result lines of a megabyte are kept, and every page makes progress") { storage in
            let drive = try await storage.driven(6)
            let lines = (0..<6).map { number in [UInt8](repeating: UInt8(97 + number), count: 1 << 20) + [UInt8(number)]
            }
            for (position, line) in lines.enumerated() {
                var result = Fixture.result(position)
                result.line = line
                _ = try await storage.ingest([result], into: drive.job(), claim: drive.claim)
            }
            try expect(
                try await storage.allResults(drive.batch, pageSize: 100).map(\.line) == lines,
                "the lines of the results")
            try expect(
                try await storage.allTries(drive.batch, pageSize: 100).map(\.result?.line) == lines,
                "the lines of the tries")
        },
        Case("lines: a result without a line has none, which is not an empty one") { storage in
            let drive = try await storage.driven(1)
            var result = Fixture.result(0)
            result.line = nil
            _ = try await storage.ingest([result], into: drive.job(), claim: drive.claim)
            try await expect(storage.allResults(drive.batch).first?.outcome, equals: .succeeded)
            try expect(try await storage.allResults(drive.batch).first?.line == nil, "there is no line")
        },
    ]
}
