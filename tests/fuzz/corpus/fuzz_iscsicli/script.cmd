:: a script
rem of several lines
PSKey * * 0x27 1 192.0.2.1 a-long-key T
GroupKey group-key F
AddTargetPortal 192.0.2.10 3260
AddTargetPortal 192.0.2.10 3260 * * 7

LoginTarget iqn.x T 192.0.2.10 3260 * * 0x2b 1 * * * * * * * * other-key 0
LoginTarget iqn.y T 192.0.2.10 3260 * * 0x27 0 * * * * * * * * * 0
TunnelAddr * 1 192.0.2.10 198.51.100.1 T
iscsicli ListTargets
