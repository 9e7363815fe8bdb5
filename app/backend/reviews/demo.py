"""Believable contents for a deployment that is shown to people."""

CONTENTS: dict[str, tuple[tuple[str, str], ...]] = {
    "Japanese": (
        ("水 - water", "**mizu** (みず)\n\n- 水曜日 *suiyoubi*: Wednesday\n- 水泳 *suiei*: swimming"),
        ("火 - fire", "**hi** (ひ)\n\n- 火曜日 *kayoubi*: Tuesday\n- 花火 *hanabi*: fireworks"),
        (
            "食べる - to eat",
            "**taberu** (たべる), ichidan verb\n\n> 朝ごはんを食べます。\n> I eat breakfast.",
        ),
        ("Particles は and が", "は marks the *topic*, が the *subject*.\n\n`猫は好きです` / `猫が好きです`"),
        ("Counters", "| thing | counter |\n|---|---|\n| flat | 枚 *mai* |\n| long | 本 *hon* |"),
    ),
    "Algorithms": (
        (
            "Binary search",
            "Halves a **sorted** range each step.\n\n- time `O(log n)`\n- watch `low + high` overflow",
        ),
        ("Hash table", "Average `O(1)` lookup, worst `O(n)`.\n\nResize when the load factor passes ~0.75."),
        ("Dijkstra", "Shortest paths, **non-negative** weights.\n\n`O((V + E) log V)` with a heap."),
        ("Merge sort", "Stable, `O(n log n)` always, needs `O(n)` extra memory."),
        ("Topological sort", "Order of a DAG: repeatedly take a node *without incoming edges* (Kahn)."),
    ),
    "Networks": (
        ("TCP handshake", "1. `SYN`\n2. `SYN-ACK`\n3. `ACK`"),
        ("HTTP 429", "Too many requests. `Retry-After` says when to come back."),
        ("DNS record types", "`A`, `AAAA`, `CNAME`, `MX`, `TXT`, `NS`"),
        ("TLS 1.3", "One round trip; only forward-secret key exchange."),
    ),
    "Korean history": (
        ("Hangul", "Created by **King Sejong** in 1443, proclaimed in 1446."),
        ("Goryeo", "918-1392, founded by **Wang Geon**; the name *Korea* comes from it."),
        ("Joseon", "1392-1897, founded by **Yi Seong-gye**, capital Hanyang (Seoul)."),
        ("Imjin War", "1592-1598. Admiral **Yi Sun-sin** and the turtle ships."),
    ),
    "Biology": (
        ("Mitochondria", "Make ATP by oxidative phosphorylation; have their *own DNA*."),
        ("Photosynthesis", "6 CO₂ + 6 H₂O → C₆H₁₂O₆ + 6 O₂"),
        ("Forgetting curve", "**Ebbinghaus**, 1885: memory falls fast at first, then slowly."),
    ),
}
