# SPDX-License-Identifier: GPL-2.0-or-later
"""Option lines that every QEMU takes, and lines that every QEMU refuses: one sees it live."""

ACCEPTED: tuple[tuple[str, ...], ...] = (
    ("-netdev", "user,id=a1,hostfwd=tcp:127.0.0.1:0-:22"),
    ("-netdev", "user,id=a2,hostfwd=tcp:127.0.0.1:0-:22,hostfwd=tcp:127.0.0.1:0-:23"),
    ("-netdev", "user,id=a3,dnssearch=a.b,dnssearch=c.d,restrict=on,restrict=off"),
    ("-netdev", "user,id=a4,norestrict"),
    ("-netdev", "type=hubport,id=a5,hubid=1"),
    ("-netdev", "dgram,id=a6,local.type=inet,local.host=127.0.0.1,local.port=0"
                ",remote.type=inet,remote.host=127.0.0.1,remote.port=9"),
    ("-chardev", "socket,id=b1,host=127.0.0.1,port=0,server,nowait"),
    ("-chardev", "socket,id=b2,host=127.0.0.1,port=0,server=on,wait=off,nodelay"),
    ("-chardev", "backend=null,id=b3,mux=on,"),
    ("-chardev", "ringbuf,id=b4,size=64K"),
    ("-chardev", "null,id=b5", "-mon", "chardev=b5,mode=control,pretty"),
    ("-accel", "accel=tcg"),
    ("-accel", "tcg,thread=single"),
    ("-global", "PIIX4_PM.disable_s3=1"),
    ("-global", "driver=PIIX4_PM,property=disable_s3,value=1"),
    ("-object", "memory-backend-ram,id=c1,size=1M,host-nodes=0-1,policy=bind"),
    ("-object", "memory-backend-ram,id=c2,size=1M,host-nodes=0,host-nodes=1,policy=bind,noshare"),
    ("-object", "iothread,id=c3,poll-max-ns=0x10,poll-max-ns=5"),
    ("-object", "throttle-group,id=c4,x-iops-total=5"),
    ("-object", '{"qom-type": "iothread", "id": "c5"}'),
    ("-drive", "if=none,id=d1,driver=null-co,size=1M,readonly,cache=none,iops_rd=5"),
    ("-drive", "if=none,id=d2,file.driver=null-co,format=raw,discard=unmap"),
    ("-drive", "if=none,id=d3,driver=quorum,vote-threshold=1,children.0.driver=null-co"
               ",children.1.driver=null-co"),
    ("-blockdev", "null-co,node-name=e1,read-zeroes=on"),
    ("-blockdev", '{"driver": "null-co", "node-name": "e2"}'),
    ("-m", "size=64M,"),
    ("-name", "guest=f1,debug-threads"),
    ("-msg", "timestamp"),
    ("-rtc", "base=utc,clock=host"),
    ("-boot", "menu=on,strict=on"),
)  # fmt: skip
"""Each can be given together with all the others, to a QEMU without a machine."""

MACHINES: tuple[tuple[str, ...], ...] = (
    ("-M", "q35"),
    ("-M", "type=none"),
    ("-machine", "q35,accel=kvm:tcg"),
    ("-machine", "q35,kernel-irqchip=off,accel=tcg"),
    ("-machine", "pc,vmport=auto,smm=auto", "-device", "e1000,multifunction,addr=5",
     "-device", '{"driver": "e1000", "multifunction": true, "rombar": 0, "addr": "6"}'),
    ("-machine", "pc,vmport=off", "-device", "e1000,mac=52:54:00:12:34:56,rombar=0"),
)  # fmt: skip
"""Each by itself."""

REFUSED: tuple[tuple[str, ...], ...] = (
    ("-netdev", "user,id=x,hostfw=tcp::0-:22"),
    ("-netdev", "user,id=x,restrict=maybe"),
    ("-netdev", "usr,id=x"),
    ("-netdev", "hubport,id=x"),
    ("-netdev", "stream,id=x,server,addr.type=unix,addr.path=/x"),
    ("-chardev", "socket,id=x,host=127.0.0.1,port=0,server,nowat"),
    ("-chardev", "socket,id=x,host=127.0.0.1,port=0,server=maybe,wait=off"),
    ("-chardev", "vc,id=x,cols=80C"),
    ("-chardev", "nul,id=x"),
    ("-accel", "accel=tcx"),
    ("-accel", "tgc"),
    ("-object", "memory-backend-ram,id=x,size=1M,host-nodes=0:1"),
    ("-object", "memory-backend-ram,id=x,size=1M,host-nodes.0=0"),
    ("-object", "throttle-group,id=x,limits.iops-total=5"),
    ("-object", "iothread,id=x,pol-max-ns=5"),
    ("-drive", "if=nonesuch,id=x"),
    ("-drive", "if=none,id=x,driver=null-co,media=tape"),
    ("-drive", "if=none,id=x,driver=null-co,cache=sometimes"),
    ("-drive", "if=none,id=x,file=/x,format=qcow3"),
    ("-drive", "if=none,id=x,file.filenam=/x,driver=raw"),
    ("-drive", "if=none,id=x,driver=quorum,vote-threshold=1,children.0.driver=raw"
               ",children.0.file.filname=/x"),
    ("-drive", "if=none,id=x,driver=null-co,nosuch=5"),
    ("-drive", "if=none,id=x,driver=raw,file.driver=nbd,file.port=1"),
    ("-blockdev", "driver=null-co,node-name=x,read-only"),
    ("-blockdev", "driver=null-co,node-name=x,sise=5"),
    ("-machine", "none,usb"),
    ("-machine", "none,usb=maybe"),
    ("-smp", "1,sockets"),
    ("-smp", "cpus=one"),
    ("-boot", "menu=maybe"),
    ("-m", "64,slot=1"),
    ("-m", "size=64,slots=1k"),
    ("-name", "x,proces=y"),
    ("-msg", "timestmp=on"),
    ("-nosuch",),
    ("-machine", "pc", "-device", "e1000,multifunction=maybe"),
    ("-machine", "pc", "-device", "e1000,netdv=x"),
    ("-machine", "pc", "-device", '{"driver": "e1000", "multifunction": "on"}'),
)  # fmt: skip
"""Each is told as a problem, and refused."""

UNTOLD: tuple[tuple[str, ...], ...] = (
    ("-machine", "none,nosuch=1"),
    ("-drive", "if=none,id=x,file.driver=null-co,nosuch=1"),
    ("-rtc", "base=utc,driftfix=foo"),
    ("-object", "iothread,id=x,poll-max-ns=1k"),
    ("-machine", "pc", "-device", "e1000,mac=zz"),
    ("-machine", "pc", "-device", "e1000,addr=hello"),
)
"""Each is refused by QEMU, and told as unchecked."""
